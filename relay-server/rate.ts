/**
 * How often one sender may try something: a count for each sender in windows of fixed length.
 */
import { CausewayError } from '#protocol/errors.ts';

/** Senders remembered at once. Past it the window starts anew: better than memory without end. */
const SENDERS_MAX = 65_536;

export class Rate {
  readonly #perWindow: number;
  readonly #windowMs: number;
  #counts = new Map<string, number>();
  #windowEnd = 0;

  constructor(perWindow: number, windowMs: number) {
    this.#perWindow = perWindow;
    this.#windowMs = windowMs;
  }

  /**
   * Counts one try.
   * @param now milliseconds.
   * @throws CausewayError RATE_LIMITED
   */
  take(sender: string, now: number): void {
    if (now >= this.#windowEnd || this.#counts.size >= SENDERS_MAX) {
      this.#counts = new Map();
      this.#windowEnd = now + this.#windowMs;
    }
    const count = (this.#counts.get(sender) ?? 0) + 1;
    if (count > this.#perWindow) {
      throw new CausewayError('RATE_LIMITED', { seconds: Math.ceil((this.#windowEnd - now) / 1000) });
    }
    this.#counts.set(sender, count);
  }
}
