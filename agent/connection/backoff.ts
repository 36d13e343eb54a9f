/**
 * Waiting between attempts: exponential with full jitter, so that thousands of agents that lost the same
 * server do not come back at the same moment.
 */
import { LIMITS } from '#protocol/limits.ts';

export class Backoff {
  readonly #random: () => number;
  #attempt = 0;

  /** @param random uniform in [0, 1). */
  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** Milliseconds to wait before the next attempt. The first retry is quick, later ones spread out. */
  next(): number {
    const { RECONNECT_MIN_MS, RECONNECT_MAX_MS } = LIMITS;
    const ceiling = Math.min(RECONNECT_MAX_MS.value, RECONNECT_MIN_MS.value * 2 ** this.#attempt);
    this.#attempt++;
    return Math.round(RECONNECT_MIN_MS.value / 2 + this.#random() * (ceiling - RECONNECT_MIN_MS.value / 2));
  }

  /** Begins anew: what the earlier attempts met is over. */
  reset(): void {
    this.#attempt = 0;
  }

  /** Begins anew after a connection that held; one that was cut at once counts as a failed attempt. */
  resetIfLasted(milliseconds: number): void {
    if (milliseconds >= LIMITS.RECONNECT_MAX_MS.value) this.#attempt = 0;
  }
}
