/**
 * Whether the other end of a connection still answers, decided from times alone: pure, told of every
 * event, asked what to do. A TCP connection whose path died says nothing by itself for many minutes.
 */
import { LIMITS } from '#protocol/limits.ts';

export type LivenessVerdict = 'fine' | 'probe' | 'dead';

export class Liveness {
  #heardAt: number;
  #probedAt: number | undefined;
  /** When we first sent something since last hearing anything. */
  #waitingSince: number | undefined;

  constructor(now: number) {
    this.#heardAt = now;
  }

  /** Last moment at which the other end proved to live. */
  get heardAt(): number {
    return this.#heardAt;
  }

  heard(now: number): void {
    this.#heardAt = now;
    this.#probedAt = undefined;
    this.#waitingSince = undefined;
  }

  /** @returns whether this starts a wait, so that {@link nextCheckIn} has become sooner. */
  sent(now: number): boolean {
    if (this.#waitingSince !== undefined) return false;
    this.#waitingSince = now;
    return true;
  }

  probed(now: number): void {
    this.#probedAt ??= now;
  }

  /**
   * `probe` when nothing was heard for PING_INTERVAL_MS, or for half of PING_TIMEOUT_MS after we sent
   * something; `dead` when a probe is unanswered for PING_TIMEOUT_MS.
   */
  verdict(now: number): LivenessVerdict {
    const timeout = LIMITS.PING_TIMEOUT_MS.value;
    if (this.#probedAt !== undefined) return now - this.#probedAt >= timeout ? 'dead' : 'fine';
    const unanswered = this.#waitingSince !== undefined && now - this.#waitingSince >= timeout / 2;
    return unanswered || now - this.#heardAt >= LIMITS.PING_INTERVAL_MS.value ? 'probe' : 'fine';
  }

  /** How long until {@link verdict} can change by time alone, milliseconds. */
  nextCheckIn(now: number): number {
    const timeout = LIMITS.PING_TIMEOUT_MS.value;
    if (this.#probedAt !== undefined) return Math.max(0, this.#probedAt + timeout - now);
    const silence = this.#heardAt + LIMITS.PING_INTERVAL_MS.value;
    const answer = this.#waitingSince === undefined ? Number.POSITIVE_INFINITY : this.#waitingSince + timeout / 2;
    return Math.max(0, Math.min(silence, answer) - now);
  }
}
