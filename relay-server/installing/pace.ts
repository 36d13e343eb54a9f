/**
 * How fast downloads go. Alone they go as fast as they can; while the relay forwards, all of them together
 * keep to a rate that leaves it nearly all of the processor, and take turns piece by piece. Owns no timer.
 */
import { LIMITS } from '#protocol/limits.ts';

const MEASURED_EVERY_MS = 250;
const SECOND_MS = 1_000;

export interface PaceOptions {
  /** Bytes that the relay has forwarded so far. */
  forwarded(): number;
  /** Milliseconds, never backwards. */
  now(): number;
}

export class DownloadPace {
  readonly #options: PaceOptions;
  #measured: { at: number; bytes: number; busy: boolean };
  /** When the next piece may go. */
  #next = 0;

  constructor(options: PaceOptions) {
    this.#options = options;
    this.#measured = { at: options.now(), bytes: options.forwarded(), busy: false };
  }

  /** @returns milliseconds to wait before a piece of that many bytes is sent; whoever asks will send it */
  delayOf(bytes: number): number {
    const now = this.#options.now();
    if (!this.#busy(now)) {
      this.#next = now;
      return 0;
    }
    const begin = Math.max(this.#next, now);
    this.#next = begin + (bytes * SECOND_MS) / LIMITS.DOWNLOAD_BYTES_PER_SECOND_BESIDE.value;
    return begin - now;
  }

  #busy(now: number): boolean {
    const { at, bytes, busy } = this.#measured;
    if (now - at < MEASURED_EVERY_MS) return busy;
    const forwarded = this.#options.forwarded();
    const perSecond = ((forwarded - bytes) * SECOND_MS) / (now - at);
    this.#measured = { at: now, bytes: forwarded, busy: perSecond >= LIMITS.FORWARDING_BYTES_PER_SECOND.value };
    return this.#measured.busy;
  }
}
