/**
 * What is written down of every change and sign-in. An entry is stored in the transaction of what it
 * tells of, and is made from plain values, never from a record that may hold a secret.
 */
import { toHex } from '#protocol/encoding.ts';
import type { Random } from '../random.ts';
import type { Actor, AuditRecord } from '../store/records.ts';
import type { ControlContext } from './context.ts';

const TIME_DIGITS = 12;
const COUNT_DIGITS = 4;
const RANDOM_BYTES = 4;

/** Ids that sort in the order in which they were asked for, by one server. */
export class AuditIds {
  readonly #random: Random;
  #lastAt = 0;
  #count = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** @param at milliseconds of the Unix epoch. A clock that was set back does not put later things first. */
  next(at: number): string {
    this.#count = at > this.#lastAt ? 0 : this.#count + 1;
    this.#lastAt = Math.max(at, this.#lastAt);
    const [time, count] = [this.#lastAt.toString(16), this.#count.toString(16)];
    return time.padStart(TIME_DIGITS, '0') + count.padStart(COUNT_DIGITS, '0') + toHex(this.#random(RANDOM_BYTES));
  }
}

/** An entry of what `by` does now. */
export function auditEntry(
  context: Pick<ControlContext, 'clock' | 'auditIds'>,
  by: Actor,
  action: string,
  told: Partial<Pick<AuditRecord, 'subscription' | 'target' | 'before' | 'after'>>,
): AuditRecord {
  const at = context.clock.now();
  return {
    id: context.auditIds.next(at),
    at,
    by,
    action,
    subscription: null,
    target: null,
    before: null,
    after: null,
    ...told,
  };
}
