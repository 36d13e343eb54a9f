/**
 * What happened, line by line: a hash of all of it, by which two runs are compared, and the last lines, for
 * whoever has to understand a failure.
 */
import { createHash } from 'node:crypto';

const KEPT = 400;

export class Trace {
  readonly #hash = createHash('sha256');
  readonly #last: string[] = [];
  readonly #start: number;
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
    this.#start = now();
  }

  add(line: string): void {
    const stamped = `${((this.#now() - this.#start) / 1_000).toFixed(3)} ${line}`;
    this.#hash.update(stamped).update('\n');
    this.#last.push(stamped);
    if (this.#last.length > 2 * KEPT) this.#last.splice(0, KEPT);
  }

  /** Of everything so far; the trace goes on. */
  get digest(): string {
    return this.#hash.copy().digest('hex').slice(0, 32);
  }

  /** The last lines, oldest first. */
  last(count: number): string[] {
    return this.#last.slice(-count);
  }
}
