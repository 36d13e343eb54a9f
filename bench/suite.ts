/**
 * What a benchmark suite is, and what it brings back. Every suite answers with the same kinds of rows, so
 * that one table, one JSON and one verdict serve all of them.
 */
import { median } from '#lab/traffic/rates.ts';

export interface SuiteOptions {
  /** Takes lines for people while the suite runs. */
  readonly say: (line: string) => void;
  /** How often every contender has its turn; figures are medians over the rounds. */
  readonly rounds: number;
  /** Shorter measurements: to see that a suite works, not to quote. */
  readonly quick: boolean;
  /** How long suites measure that watch something over time; their own choice when not given. */
  readonly minutes?: number | undefined;
  /** Only these contenders, by name; all of the suite's when empty. */
  readonly only: readonly string[];
}

export interface Suite {
  readonly name: string;
  /** One line for `list`: the question that it answers. */
  readonly summary: string;
  run(options: SuiteOptions): Promise<SuiteResult>;
}

export interface SuiteResult {
  readonly figures: readonly Figure[];
  readonly bars: readonly Bar[];
  /** Who did not take part, and why. */
  readonly absent: readonly Absent[];
}

export interface Absent {
  readonly contender: string;
  readonly why: string;
}

/** One number about one contender: the median of its rounds, and their spread. */
export interface Figure {
  /** `ours`, a peer, or a bound. */
  readonly contender: string;
  /** Which load: `1 stream left to right`. The empty string when the suite has one only. */
  readonly load: string;
  /** What was measured: `speed`, `round trip p99`. */
  readonly measure: string;
  /** `Mbit/s`, `ms`, `CPU-s/GB`, `KiB`. */
  readonly unit: string;
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly rounds: number;
}

/** A number that we set ourselves, held against what was measured in this very run. */
export interface Bar {
  /** `1 stream: times as fast as Tailscale over DERP`. */
  readonly what: string;
  readonly unit: string;
  /** null when there is nothing to compare with, because a contender is absent. */
  readonly value: number | null;
  readonly bound: number;
  readonly better: 'higher' | 'lower';
  /** null with a `value` of null. */
  readonly met: boolean | null;
}

/** Collects measurements round by round. */
export class Series {
  readonly #values = new Map<
    string,
    { figure: Pick<Figure, 'contender' | 'load' | 'measure' | 'unit'>; values: number[] }
  >();

  /** A number that is not finite is refused: a measurement without a result is an error, not a figure. */
  add(contender: string, load: string, measure: string, unit: string, value: number): void {
    if (!Number.isFinite(value)) throw new RangeError(`${contender}, ${load}: ${measure} is ${value}`);
    const key = JSON.stringify([contender, load, measure]);
    const known = this.#values.get(key) ?? { figure: { contender, load, measure, unit }, values: [] };
    known.values.push(value);
    this.#values.set(key, known);
  }

  /** In the order in which they were first added. */
  figures(): Figure[] {
    return [...this.#values.values()].map(({ figure, values }) => ({
      ...figure,
      median: median(values),
      least: Math.min(...values),
      most: Math.max(...values),
      rounds: values.length,
    }));
  }

  /** The median so far, or null when the contender has none. */
  median(contender: string, load: string, measure: string): number | null {
    const values = this.#values.get(JSON.stringify([contender, load, measure]))?.values;
    return values === undefined ? null : median(values);
  }
}

/** @param value null when a side of the comparison is absent */
export function bar(what: string, unit: string, value: number | null, better: Bar['better'], bound: number): Bar {
  const met = value === null ? null : better === 'higher' ? value >= bound : value <= bound;
  return { what, unit, value, bound, better, met };
}

/** a / b, or null when one of them is not there. */
export function ratio(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a / b;
}
