/**
 * A verified grant as the tunnel uses it, and the check that it fits the pair that talks. The signature was
 * checked before (protocol/grants.ts, in the edge); here only what it says.
 */
import { type AddressKey, addressKey, destinationKey, sourceKey } from '#native/packets.ts';
import { CausewayError } from '#protocol/errors.ts';
import { type GrantClaims, otherMachine } from '#protocol/grants.ts';
import type { MachineId, SubscriptionId, TunnelPublicKey } from '#protocol/ids.ts';
import type { DropReason } from './drops.ts';

/** This machine, as grants must name it. */
export interface GrantedSelf {
  readonly id: MachineId;
  readonly key: TunnelPublicKey;
  readonly subscription: SubscriptionId;
}

export class HeldGrant {
  /** The JWT, carried in message 1. */
  readonly text: string;
  readonly id: string;
  readonly peer: MachineId;
  readonly peerKey: TunnelPublicKey;
  /** Milliseconds of the Unix epoch, like the next two. */
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** When to ask for the next one. */
  readonly halfLifeAt: number;
  readonly #peerAddresses: ReadonlySet<AddressKey>;
  readonly #ownAddresses: ReadonlySet<AddressKey>;

  /**
   * @throws CausewayError GRANT_NOT_FOR_US when it names another machine, key or subscription for this one;
   *   GRANT_EXPIRED
   */
  constructor(text: string, claims: GrantClaims, self: GrantedSelf, now: number) {
    const other = otherMachine(claims, self.id);
    const own = claims.machines[0].id === self.id ? claims.machines[0] : claims.machines[1];
    if (own.key !== self.key || claims.subscription !== self.subscription) throw new CausewayError('GRANT_NOT_FOR_US');
    this.text = text;
    this.id = claims.jti;
    this.peer = other.id;
    this.peerKey = other.key;
    this.issuedAt = claims.iat * 1_000;
    this.expiresAt = claims.exp * 1_000;
    this.halfLifeAt = (this.issuedAt + this.expiresAt) / 2;
    this.#peerAddresses = new Set([other.ipv4, other.ipv6].map(addressKey));
    this.#ownAddresses = new Set([own.ipv4, own.ipv6].map(addressKey));
    if (!this.validAt(now)) {
      throw new CausewayError('GRANT_EXPIRED', { expiredAt: new Date(this.expiresAt).toISOString() });
    }
  }

  validAt(now: number): boolean {
    return now < this.expiresAt;
  }

  /**
   * Why a decrypted packet of the peer must not reach the adapter; undefined when it may.
   * @param at where the IP packet begins
   */
  refusal(packet: Uint8Array, at: number): DropReason | undefined {
    const source = sourceKey(packet, at);
    if (source === undefined || !this.#peerAddresses.has(source)) return 'source-spoofed';
    const destination = destinationKey(packet, at);
    return destination === undefined || !this.#ownAddresses.has(destination) ? 'destination-wrong' : undefined;
  }
}
