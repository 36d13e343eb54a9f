/**
 * Counts what passed, failed and was skipped, over unit tests and lab scenarios alike. Pure.
 */

export type Verdict =
  | { readonly name: string; readonly state: 'passed' }
  | { readonly name: string; readonly state: 'failed'; readonly reason: string }
  | { readonly name: string; readonly state: 'skipped'; readonly reason: string };

/** The closing lines: each reason for skipping with how many it took, then the counts, alone on the last line. */
export function closingLines(verdicts: readonly Verdict[]): string[] {
  const skipped = Map.groupBy(
    verdicts.filter((verdict) => verdict.state === 'skipped'),
    ({ reason }) => reason,
  );
  const count = (state: Verdict['state']) => verdicts.filter((verdict) => verdict.state === state).length;
  return [
    ...[...skipped].map(([reason, { length, 0: first }]) => {
      const others = length > 1 ? ` and ${length - 1} more` : '';
      return `skipped: ${first?.name}${others} (${reason})`;
    }),
    `${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`,
  ];
}

/** A run in which nothing ran has not passed. */
export function passed(verdicts: readonly Verdict[]): boolean {
  return verdicts.some(({ state }) => state === 'passed') && verdicts.every(({ state }) => state !== 'failed');
}
