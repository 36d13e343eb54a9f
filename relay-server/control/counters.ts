/**
 * What the control plane has done since the start, for /metrics. Only ever grows.
 */
import type { ErrorCode } from '#protocol/errors.ts';

export class Counters {
  activations = 0;
  authentications = 0;
  grants = 0;
  /** Pairs whose grant was taken back. */
  revocations = 0;
  /** Control messages that were of no known shape. */
  malformed = 0;
  readonly #refusals = new Map<ErrorCode, number>();

  refused(code: ErrorCode): void {
    this.#refusals.set(code, (this.#refusals.get(code) ?? 0) + 1);
  }

  /** Refused control requests by code. */
  get refusals(): ReadonlyMap<ErrorCode, number> {
    return this.#refusals;
  }
}
