/**
 * What a peer has yet to be told has arrived from it. The record travels along with whatever goes the
 * peer's way; only when nothing does, and enough has come, is a message sent for it. Times are milliseconds
 * of the Unix epoch, as everywhere but in the window.
 */
import { LIMITS } from '#protocol/limits.ts';
import { type Arrived, arrivedRecord } from './records.ts';
import type { Session } from './session.ts';

export class Acknowledgements {
  #session: Session | undefined;
  #bytes = 0;
  #since = 0;

  /** A message with packets has arrived. */
  arrived(session: Session, bytes: number, now: number): void {
    if (this.#bytes === 0) this.#since = now;
    this.#session = session;
    this.#bytes += bytes;
  }

  /** When to send a message for it if none went, milliseconds of the Unix epoch, or Infinity. */
  get dueAt(): number {
    if (this.#bytes < LIMITS.ACKNOWLEDGE_FROM_BYTES.value) return Number.POSITIVE_INFINITY;
    const much = this.#bytes >= LIMITS.ACKNOWLEDGE_EVERY_BYTES.value;
    return this.#since + (much ? LIMITS.ACKNOWLEDGE_SOON_MS : LIMITS.ACKNOWLEDGE_DELAY_MS).value;
  }

  /** The record to send along, if there is anything to tell; it is then told. */
  take(): Uint8Array | undefined {
    const session = this.#session;
    if (session === undefined || this.#bytes === 0) return undefined;
    this.#bytes = 0;
    const arrived: Arrived = { index: session.localIndex, counter: session.greatestReceived };
    return arrivedRecord(arrived);
  }
}
