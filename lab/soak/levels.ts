/**
 * Whether what processes hold has grown: memory, descriptors and timers of each, looked at again and again after
 * some seconds without traffic, its first third held against its last. Pure.
 */

export interface Level {
  readonly rssBytes: number;
  readonly heapBytes: number;
  readonly externalBytes: number;
  readonly timers: number;
  readonly descriptors: number;
}

type Quantity = keyof Level;

export interface Growth {
  readonly quantity: Quantity;
  readonly first: number;
  readonly last: number;
  /** More than this is a leak. */
  readonly bound: number;
  readonly leaks: boolean;
}

/** Fewer say nothing: a third has to be more than one. */
export const LOOKS_AT_LEAST = 6;

/**
 * How a third is taken together; and times what it was in the first, and so much on top: the first looks come when
 * not everything has been used once.
 */
const MAY_BE: Readonly<
  Record<
    Quantity,
    { readonly of: (values: readonly number[]) => number; readonly times: number; readonly more: number }
  >
> = {
  // V8 and malloc give back late and in pieces; the heap's own growth is what counts.
  rssBytes: { of: meanOf, times: 1.15, more: 8e6 },
  heapBytes: { of: meanOf, times: 1.1, more: 1e6 },
  externalBytes: { of: meanOf, times: 1.25, more: 4e6 },
  // A handshake or an attempt to connect may be under way.
  timers: { of: meanOf, times: 1, more: 4 },
  // Connections that died without a word are still held in one look and no more in the next; what leaks is held in each.
  descriptors: { of: leastOf, times: 1, more: 3 },
};

/** @returns null for too few looks */
export function growthOf(looks: readonly Level[]): readonly Growth[] | null {
  if (looks.length < LOOKS_AT_LEAST) return null;
  const third = Math.floor(looks.length / 3);
  return (Object.keys(MAY_BE) as Quantity[]).map((quantity) => {
    const { of, times, more } = MAY_BE[quantity];
    const first = of(looks.slice(0, third).map((level) => level[quantity]));
    const last = of(looks.slice(-third).map((level) => level[quantity]));
    const bound = first * times + more;
    return { quantity, first, last, bound, leaks: last > bound };
  });
}

/** The looks in what a process printed, the oldest first. */
export function levelsIn(output: string): Level[] {
  const lines = output.split('\n').filter((line) => line.startsWith('{"held":'));
  return lines.map((line) => (JSON.parse(line) as { held: Level }).held);
}

function leastOf(values: readonly number[]): number {
  return Math.min(...values);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
