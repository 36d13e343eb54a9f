/**
 * The lock of one subscription in memory: the statement that holds, and the certificates under it. What it
 * answers, agents answer too; a server that answered otherwise would gain nothing.
 */
import { ipv6Address } from '#protocol/addresses.ts';
import type { LockStep } from '#protocol/control-messages.ts';
import { CausewayError, isRefusal } from '#protocol/errors.ts';
import type { GrantedMachine } from '#protocol/grants.ts';
import type { MachineId } from '#protocol/ids.ts';
import { type Certificate, peekCertificate, requireCertified, requirePair } from '#protocol/lock/certificate.ts';
import { isLocked, type LockClaims, type LockPin, peekStatement } from '#protocol/lock/statement.ts';
import type { CertificateRecord, LockStepRecord } from '../store/lock-store.ts';
import type { MachineRecord } from '../store/records.ts';

export interface HeldCertificate {
  readonly record: CertificateRecord;
  readonly certificate: Certificate;
}

export class SubscriptionLock {
  readonly #steps: LockStepRecord[] = [];
  readonly #certificates = new Map<MachineId, HeldCertificate>();
  #pin: LockPin | undefined;

  get pin(): LockPin | undefined {
    return this.#pin;
  }

  /** The statement that holds; undefined while the subscription is not locked. */
  get held(): LockClaims | undefined {
    return isLocked(this.#pin) ? this.#pin.held : undefined;
  }

  get sequence(): number {
    return this.#pin?.sequence ?? 0;
  }

  get certificates(): ReadonlyMap<MachineId, HeldCertificate> {
    return this.#certificates;
  }

  /** Of the present lock: the first, those that changed its keys, the newest. */
  get statements(): string[] {
    if (this.held === undefined) return [];
    const last = this.#steps.findLastIndex((step) => !locks(step));
    return this.#steps.slice(last + 1).map(({ text }) => text);
  }

  /** The step after the one with this number, if there is one. */
  after(sequence: number): LockStep[] {
    const step = this.#steps.find((each) => each.sequence > sequence);
    if (step === undefined) return [];
    if (step.kind === 'statement') return [{ kind: 'statement', text: step.text }];
    return [{ kind: 'release', sequence: step.sequence, secret: step.text }];
  }

  /** Number of the statement that nobody needs any more once `next` is there: one between two of the same keys. */
  superfluousBefore(next: LockClaims): number | null {
    const [before, last] = [this.#steps.at(-2), this.#steps.at(-1)];
    if (before === undefined || last === undefined || !locks(before) || !locks(last)) return null;
    const [older, newer] = [peekStatement(before.text), peekStatement(last.text)];
    return sameKeys(older, newer) && next.keys.length > 0 ? last.sequence : null;
  }

  /** Called when it is stored, and with what was stored at the start; checked before. */
  putStep(step: LockStepRecord, dropped: number | null = null): void {
    if (dropped !== null) {
      const at = this.#steps.findIndex(({ sequence }) => sequence === dropped);
      if (at >= 0) this.#steps.splice(at, 1);
    }
    this.#steps.push(step);
    this.#pin = { sequence: step.sequence, held: step.kind === 'release' ? null : peekStatement(step.text) };
  }

  putCertificate(record: CertificateRecord): void {
    this.#certificates.set(record.machine, { record, certificate: peekCertificate(record.text) });
  }

  forgetCertificate(machine: MachineId): void {
    this.#certificates.delete(machine);
  }

  /** Whether a lock key stands behind the machine as it is now. @param now milliseconds of the Unix epoch */
  isSigned(machine: MachineRecord, now: number): boolean {
    const [held, found] = [this.held, this.#certificates.get(machine.id)];
    if (held === undefined || found === undefined) return false;
    const side = machine.kind === 'local-endpoint' ? machine.group : machine.role;
    if (found.certificate.claims.side !== side) return false;
    try {
      requireCertified(held, found.certificate, shownAs(machine), now);
      return true;
    } catch (error) {
      if (isRefusal(error, 'LOCK_MACHINE_UNSIGNED')) return false;
      throw error;
    }
  }

  /**
   * What goes into a grant for the pair; nothing while the subscription is not locked.
   * @throws CausewayError LOCK_MACHINE_UNSIGNED, LOCK_POLICY_UNSIGNED
   */
  backingOf(a: MachineRecord, b: MachineRecord, now: number): [string, string] | undefined {
    const { held } = this;
    if (held === undefined) return undefined;
    const [one, other] = [a, b].map((machine) => {
      const found = this.#certificates.get(machine.id);
      if (found === undefined) throw new CausewayError('LOCK_MACHINE_UNSIGNED', { name: machine.name });
      return found;
    }) as [HeldCertificate, HeldCertificate];
    requirePair(held, [one.certificate, shownAs(a)], [other.certificate, shownAs(b)], now);
    return [one.record.text, other.record.text];
  }
}

/** A machine as grants name it. */
export function shownAs(machine: MachineRecord): GrantedMachine {
  const { id, tunnelKey: key, name, ipv4, subscription } = machine;
  return { id, key, name, ipv4, ipv6: ipv6Address(subscription, id) };
}

function locks(step: LockStepRecord): boolean {
  return step.kind === 'statement' && peekStatement(step.text).keys.length > 0;
}

function sameKeys(a: LockClaims, b: LockClaims): boolean {
  return JSON.stringify(a.keys) === JSON.stringify(b.keys);
}
