/**
 * Why the tunnel dropped something. Everything it does not carry is counted under one of these reasons;
 * nothing vanishes silently, and none of it is ever told to a sender.
 */
export const DROP_REASONS = [
  /** Outgoing: no grant, refused or not answered in time. */
  'no-grant',
  /** Outgoing: the queue of a peer without a session was full; the oldest went. */
  'pending-overflow',
  /** Outgoing: more waited for a peer's window than its queue holds; the oldest went. */
  'queue-full',
  /** Outgoing: waited for a peer's window until it was worthless. */
  'queue-old',
  /** Outgoing: the peer did not answer the handshake. */
  'unreachable',
  /** Either way: the pair's permission was withdrawn. */
  'revoked',
  /** Outgoing: not an IP packet of possible size. */
  'malformed-packet',
  /** Too many peers at once. */
  'peers-full',
  /** Incoming: shorter than its type, or longer than any honest one. */
  'malformed-message',
  'unknown-type',
  'unknown-session',
  /** Incoming: a session that is over, by age, by count or with its grant. */
  'expired-session',
  'unauthentic',
  'replayed',
  'malformed-records',
  /** Incoming: the packet's source is not the sending peer. */
  'source-spoofed',
  /** Incoming: the packet's destination is not this machine. */
  'destination-wrong',
  'handshake-unauthentic',
  'handshake-malformed',
  /** A handshake not newer than the last of that peer. */
  'handshake-replayed',
  /** A handshake from too far in the past or future. */
  'handshake-skewed',
  'handshake-too-many',
  /** Both began at once and the other handshake goes on. */
  'handshake-yielded',
  'no-common-cipher',
  'grant-rejected',
  'grant-expired',
  'grant-not-for-us',
] as const;

export type DropReason = (typeof DROP_REASONS)[number];

export class DropCounters {
  readonly #counts = new Map<DropReason, number>();

  add(reason: DropReason, count = 1): void {
    if (count > 0) this.#counts.set(reason, this.of(reason) + count);
  }

  of(reason: DropReason): number {
    return this.#counts.get(reason) ?? 0;
  }

  /** Only reasons that occurred. */
  byReason(): Partial<Record<DropReason, number>> {
    return Object.fromEntries(this.#counts);
  }
}
