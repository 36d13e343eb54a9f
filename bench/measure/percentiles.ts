/**
 * Percentiles of what was measured. Pure.
 */

/**
 * By the nearest rank: always one of the values, the least that so many percent of them do not exceed. Of
 * fewer than a hundred values the 99th percentile is the greatest.
 * @param percent above 0, up to 100
 * @throws RangeError for no values, or another percentage
 */
export function percentile(values: readonly number[], percent: number): number {
  if (!(percent > 0 && percent <= 100)) throw new RangeError(`there is no percentile ${percent}`);
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.ceil((percent * sorted.length) / 100) - 1];
  if (value === undefined) throw new RangeError('no values');
  return value;
}
