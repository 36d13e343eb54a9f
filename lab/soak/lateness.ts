/**
 * How late this program does what is due, at the most within the last seconds: on a computer full of others it reads
 * what came long ago, and that says nothing about when it came.
 */
const LOOK_EVERY_MS = 100;
const KEPT_MS = 3_000;

export class Lateness {
  #seen: { at: number; ms: number }[] = [];
  #due = performance.now() + LOOK_EVERY_MS;

  constructor() {
    setInterval(() => {
      const now = performance.now();
      this.#seen = [...this.#seen.filter(({ at }) => now - at < KEPT_MS), { at: now, ms: now - this.#due }];
      this.#due = now + LOOK_EVERY_MS;
    }, LOOK_EVERY_MS).unref();
  }

  get ms(): number {
    return Math.max(0, performance.now() - this.#due, ...this.#seen.map(({ ms }) => ms));
  }
}
