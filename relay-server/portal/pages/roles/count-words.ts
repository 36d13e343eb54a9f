/** The number of a role's instances over time: as a sentence, and as the steps of a curve. Pure. */
import type { InstanceCounts } from '../../api/shapes.ts';
import { countInWords } from '../../policy/machine-words.ts';

export type CountPoint = InstanceCounts['points'][number];

/** What the curve shows, for those who do not see it. @param dateOf a time as people write it */
export function countsInWords(points: readonly CountPoint[], dateOf: (time: string) => string): string {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return 'No instance has ever started.';
  const most = points.reduce((found, point) => (point.instances > found.instances ? point : found));
  const now = `${countInWords(last.instances, 'instance')} since ${dateOf(last.at)}.`;
  if (points.length === 1 || most.instances === last.instances) return `${now} That is the most there were.`;
  return `${now} The most there were is ${most.instances.toLocaleString('en')}, on ${dateOf(most.at)}.`;
}

/**
 * Times in seconds and numbers; begins with none just before the first, and goes on to now, or a role that
 * stays the same for a week would end a week ago.
 */
export function stepsOf(points: readonly CountPoint[], now: number): [number[], number[]] {
  const times = points.map(({ at }) => Date.parse(at) / 1000);
  const counts = points.map(({ instances }) => instances);
  const [first, last] = [times[0], counts.at(-1)];
  if (first === undefined || last === undefined) return [[], []];
  const end = Math.max(now / 1000, (times.at(-1) ?? first) + 1);
  const margin = Math.max(1, (end - first) / 50);
  return [
    [first - margin, ...times, end],
    [0, ...counts, last],
  ];
}
