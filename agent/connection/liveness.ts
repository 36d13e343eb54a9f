/**
 * Whether the other end of a connection still answers, decided from times alone: pure, told of every
 * event, asked what to do. A TCP connection whose path died says nothing by itself for many minutes.
 */
import { LIMITS } from '#protocol/limits.ts';

export type LivenessVerdict = 'fine' | 'probe' | 'doubtful' | 'dead';

export class Liveness {
  #heardAt: number;
  #probedAt: number | undefined;
  /** When an unanswered probe is death. */
  #deadAt = Number.POSITIVE_INFINITY;
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
    this.#deadAt = Number.POSITIVE_INFINITY;
    this.#waitingSince = undefined;
  }

  /** @returns whether this starts a wait, so that {@link nextCheckIn} has become sooner. */
  sent(now: number): boolean {
    if (this.#waitingSince !== undefined) return false;
    this.#waitingSince = now;
    return true;
  }

  /** @param patienceMs how long an answer may take; of several probes the least patient one counts */
  probed(now: number, patienceMs: number = LIMITS.PING_TIMEOUT_MS.value): void {
    this.#probedAt ??= now;
    this.#deadAt = Math.min(this.#deadAt, now + patienceMs);
  }

  /**
   * `probe` when nothing was heard for PING_INTERVAL_MS, or for UNANSWERED_PROBE_MS after we sent something;
   * `doubtful` when a probe is unanswered for PING_DOUBT_MS; `dead` when its patience is over.
   */
  verdict(now: number): LivenessVerdict {
    if (now >= this.#deadAt) return 'dead';
    if (this.#probedAt !== undefined) return now - this.#probedAt >= LIMITS.PING_DOUBT_MS.value ? 'doubtful' : 'fine';
    const unanswered = this.#waitingSince !== undefined && now - this.#waitingSince >= LIMITS.UNANSWERED_PROBE_MS.value;
    return unanswered || now - this.#heardAt >= LIMITS.PING_INTERVAL_MS.value ? 'probe' : 'fine';
  }

  /** How long until {@link verdict} can change by time alone, milliseconds. */
  nextCheckIn(now: number): number {
    if (this.#probedAt !== undefined) {
      const doubtfulAt = this.#probedAt + LIMITS.PING_DOUBT_MS.value;
      return Math.max(0, (now < doubtfulAt ? Math.min(doubtfulAt, this.#deadAt) : this.#deadAt) - now);
    }
    const silence = this.#heardAt + LIMITS.PING_INTERVAL_MS.value;
    const answer =
      this.#waitingSince === undefined
        ? Number.POSITIVE_INFINITY
        : this.#waitingSince + LIMITS.UNANSWERED_PROBE_MS.value;
    return Math.max(0, Math.min(silence, answer) - now);
  }
}
