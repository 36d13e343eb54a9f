/**
 * Who may connect to a relay: whoever holds a valid relay ticket. Verifies with the control plane's public
 * key alone, keeps no list of machines, and says of a refusal no more than that.
 */
import type { CryptoKey } from 'jose';
import { CausewayError } from '#protocol/errors.ts';
import { verifyTicket } from '#protocol/grants.ts';
import type { MachineId, SubscriptionId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { Identity } from './connection.ts';

const SCHEME = 'Bearer ';
const SECOND = 1_000;

export class Admission {
  readonly #key: CryptoKey;
  readonly #now: () => number;
  /** Verifications under way, by client address. */
  readonly #pending = new Map<string, number>();
  /** When machines were cut off, by subscription and machine; tickets from before are refused until they end. */
  readonly #cutOff = new Map<string, number>();

  constructor(key: CryptoKey, now: () => number) {
    this.#key = key;
    this.#now = now;
  }

  /**
   * A login.
   * @param authorization the header's value.
   * @throws CausewayError TICKET_REFUSED; RATE_LIMITED when `address` has too many logins under way
   */
  async admit(authorization: string | undefined, address: string): Promise<Identity> {
    if (!authorization?.startsWith(SCHEME)) throw new CausewayError('TICKET_REFUSED');
    const pending = this.#pending.get(address) ?? 0;
    if (pending >= LIMITS.UNAUTHENTICATED_PER_ADDRESS.value) throw new CausewayError('RATE_LIMITED', { seconds: 1 });
    this.#pending.set(address, pending + 1);
    try {
      return await this.#verify(authorization.slice(SCHEME.length));
    } finally {
      const left = (this.#pending.get(address) ?? 1) - 1;
      if (left === 0) this.#pending.delete(address);
      else this.#pending.set(address, left);
    }
  }

  /**
   * A fresh ticket on an open connection.
   * @returns until when it is valid, milliseconds of the Unix epoch.
   * @throws CausewayError TICKET_REFUSED, also for the ticket of another machine
   */
  async renew(ticket: string, holder: { subscription: SubscriptionId; machine: MachineId }): Promise<number> {
    const identity = await this.#verify(ticket);
    if (identity.machine !== holder.machine || identity.subscription !== holder.subscription) {
      throw new CausewayError('TICKET_REFUSED');
    }
    return identity.expiresAt;
  }

  /** From now on refuses the machine's tickets issued up to this second. */
  cutOff(subscription: SubscriptionId, machine: MachineId): void {
    const now = this.#now();
    for (const [holder, at] of this.#cutOff) {
      if (at + LIMITS.TICKET_LIFETIME_S.value * SECOND < now) this.#cutOff.delete(holder);
    }
    this.#cutOff.set(holderOf(subscription, machine), now);
  }

  async #verify(ticket: string): Promise<Identity> {
    const claims = await verifyTicket(ticket, this.#key, this.#now());
    const cutOffAt = this.#cutOff.get(holderOf(claims.subscription, claims.sub));
    if (cutOffAt !== undefined && claims.iat * SECOND <= cutOffAt) throw new CausewayError('TICKET_REFUSED');
    return { subscription: claims.subscription, machine: claims.sub, expiresAt: claims.exp * SECOND };
  }
}

function holderOf(subscription: SubscriptionId, machine: MachineId): string {
  return `${subscription}/${machine}`;
}
