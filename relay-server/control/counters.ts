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
  /** Of backups that the server makes by itself; `lastMadeAt` in milliseconds of the Unix epoch, 0 before the first. */
  backups: { readonly lastMadeAt: number; readonly failures: number } = { lastMadeAt: 0, failures: 0 };
  readonly #answers = new Map<string, number>();
  readonly #refusals = new Map<ErrorCode, number>();

  refused(code: ErrorCode): void {
    this.#refusals.set(code, (this.#refusals.get(code) ?? 0) + 1);
  }

  /** @param status of HTTP */
  answered(status: number): void {
    const kind = `${Math.floor(status / 100)}xx`;
    this.#answers.set(kind, (this.#answers.get(kind) ?? 0) + 1);
  }

  /** Answers to HTTP requests by the kind of their status, `2xx` and so on. */
  get answers(): ReadonlyMap<string, number> {
    return this.#answers;
  }

  /** Refused control requests by code. */
  get refusals(): ReadonlyMap<ErrorCode, number> {
    return this.#refusals;
  }
}
