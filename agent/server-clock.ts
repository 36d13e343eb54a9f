/**
 * The server's time as this machine knows it: a monotonic clock set by the server's challenge. Grants
 * and handshakes go by it, so a wrong or jumping local clock breaks nothing.
 */
import { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import { durationText } from './duration.ts';

export interface TimeSource {
  /** Milliseconds of the Unix epoch by the local wall clock; may jump. */
  wall(): number;
  /** Milliseconds since some moment; never jumps back. */
  monotonic(): number;
}

export const SYSTEM_TIME: TimeSource = { wall: () => Date.now(), monotonic: () => performance.now() };

export class ServerClock {
  readonly #time: TimeSource;
  /** Server epoch minus monotonic. */
  #base: number;
  #offsetMs: number | null = null;

  constructor(time: TimeSource = SYSTEM_TIME) {
    this.#time = time;
    this.#base = time.wall() - time.monotonic();
  }

  /** Milliseconds of the Unix epoch by the server's clock; by the local one before the first contact. */
  now(): number {
    return Math.round(this.#base + this.#time.monotonic());
  }

  /** Server minus local wall clock in milliseconds; null before the first contact. */
  get offsetMs(): number | null {
    return this.#offsetMs;
  }

  /** Takes over the server's time, which was `serverTime` a moment ago. */
  learn(serverTime: number): void {
    this.#base = serverTime - this.#time.monotonic();
    this.#offsetMs = Math.round(serverTime - this.#time.wall());
  }
}

/** CLOCK_SKEWED where the owner should set the clock right, for the sake of other programs. @param offsetMs {@link ServerClock.offsetMs} */
export function skewWarning(offsetMs: number | null): CausewayError | undefined {
  if (offsetMs === null || Math.abs(offsetMs) < LIMITS.CLOCK_SKEW_WARN_MS.value) return undefined;
  return new CausewayError('CLOCK_SKEWED', { skew: durationText(offsetMs) });
}
