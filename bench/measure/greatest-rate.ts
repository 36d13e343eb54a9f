/**
 * Looks for the greatest rate that passes a test, with few tries. Knows nothing of what is tried.
 */

export interface Search {
  /** The first rate to try. */
  readonly start: number;
  /** Above 1: how far to go up or down until there is one that passes below one that does not. */
  readonly step: number;
  /** At most so many. */
  readonly tries: number;
  /** Good enough when the next rate that does not pass is no more than so many times as great. */
  readonly precision: number;
}

/**
 * Goes up or down by steps to have the answer between two rates, then halves the distance, as a factor.
 * @param attempt its result; null when the rate does not pass
 * @returns the greatest rate that passed, with its result; null when none did
 */
export async function greatestRate<T>(
  { start, step, tries, precision }: Search,
  attempt: (rate: number) => Promise<T | null>,
): Promise<{ readonly rate: number; readonly result: T } | null> {
  let best: { rate: number; result: T } | null = null;
  let tooGreat = Number.POSITIVE_INFINITY;
  let rate = start;
  for (let tried = 0; tried < tries; tried++) {
    const result = await attempt(rate);
    if (result === null) tooGreat = rate;
    else best = { rate, result };
    if (best === null) rate /= step;
    else if (tooGreat === Number.POSITIVE_INFINITY) rate *= step;
    else if (tooGreat / best.rate <= precision) break;
    else rate = Math.sqrt(best.rate * tooGreat);
  }
  return best;
}
