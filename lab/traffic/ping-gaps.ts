/** How long pings went unanswered, read from what `ping -D` prints. Pure. */

/** @returns the longest time between two answers, in milliseconds; 0 with fewer than two */
export function longestSilenceMs(output: string): number {
  const answers = [...output.matchAll(/^\[(\d+\.\d+)\] \d+ bytes from /gm)].map(([, at]) => Number(at) * 1000);
  const gaps = answers.slice(1).map((at, index) => at - (answers[index] ?? at));
  return Math.round(Math.max(0, ...gaps));
}
