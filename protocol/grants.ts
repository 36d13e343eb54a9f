/**
 * The two statements that the control plane signs (JWT, EdDSA over Ed25519; RFC 7519, RFC 8037) and
 * everybody else verifies offline: the grant for one pair of machines, and the relay ticket.
 * Signing takes a key that only the control plane has; verifying takes its public key.
 */
import type { CryptoKey } from 'jose';
import { z } from 'zod';
import { CausewayError } from './errors.ts';
import { type MachineId, machineId, subscriptionId, tunnelPublicKey } from './ids.ts';
import { LIMITS } from './limits.ts';
import { label } from './names.ts';
import { signStatement, verifyStatement } from './signed-statement.ts';

const GRANT_TYPE = 'causeway-grant+jwt';
const TICKET_TYPE = 'causeway-relay-ticket+jwt';
const REQUIRED = ['exp', 'iat'];

/** What one machine of a pair is told of the other. */
export const grantedMachine = z.object({
  id: machineId,
  key: tunnelPublicKey,
  name: label,
  ipv4: z.ipv4(),
  ipv6: z.ipv6(),
});
export type GrantedMachine = z.infer<typeof grantedMachine>;

/** Permission for one pair, either of which may begin. */
export const grantClaims = z.object({
  jti: z.string().min(1).max(64),
  /** Seconds of the Unix epoch. */
  iat: z.int(),
  exp: z.int(),
  subscription: subscriptionId,
  machines: z.tuple([grantedMachine, grantedMachine]),
  /** Of a locked subscription: what backs each of the two, in the same order (lock/certificate.ts). */
  backing: z.tuple([z.string().max(2_000), z.string().max(2_000)]).optional(),
});
export type GrantClaims = z.infer<typeof grantClaims>;

export const ticketClaims = z.object({
  iat: z.int(),
  exp: z.int(),
  sub: machineId,
  subscription: subscriptionId,
});
export type TicketClaims = z.infer<typeof ticketClaims>;

export function signGrant(claims: GrantClaims, key: CryptoKey): Promise<string> {
  return signStatement(claims, GRANT_TYPE, key);
}

export function signTicket(claims: TicketClaims, key: CryptoKey): Promise<string> {
  return signStatement(claims, TICKET_TYPE, key);
}

/**
 * @param now milliseconds of the Unix epoch, by the server's clock.
 * @throws CausewayError GRANT_FORGED, GRANT_EXPIRED
 */
export async function verifyGrant(grant: string, key: CryptoKey, now: number): Promise<GrantClaims> {
  if (grant.length > LIMITS.GRANT_MAX_CHARACTERS.value) throw new CausewayError('GRANT_FORGED');
  const payload = await verifyStatement(grant, GRANT_TYPE, key, now, REQUIRED, (fault) =>
    fault.fault === 'expired'
      ? new CausewayError('GRANT_EXPIRED', { expiredAt: fault.at })
      : new CausewayError('GRANT_FORGED'),
  );
  const claims = grantClaims.safeParse(payload);
  if (!claims.success) throw new CausewayError('GRANT_FORGED', {}, { cause: claims.error });
  return claims.data;
}

/**
 * @param now milliseconds of the Unix epoch.
 * @throws CausewayError TICKET_REFUSED
 */
export async function verifyTicket(ticket: string, key: CryptoKey, now: number): Promise<TicketClaims> {
  if (ticket.length > LIMITS.GRANT_MAX_CHARACTERS.value) throw new CausewayError('TICKET_REFUSED');
  const refused = () => new CausewayError('TICKET_REFUSED');
  const payload = await verifyStatement(ticket, TICKET_TYPE, key, now, REQUIRED, refused);
  const claims = ticketClaims.safeParse(payload);
  if (!claims.success) throw new CausewayError('TICKET_REFUSED', {}, { cause: claims.error });
  return claims.data;
}

/**
 * The other machine of a grant that `self` holds.
 * @throws CausewayError GRANT_NOT_FOR_US when the grant does not name `self`.
 */
export function otherMachine(claims: GrantClaims, self: MachineId): GrantedMachine {
  const [a, b] = claims.machines;
  if (a.id === self && b.id !== self) return b;
  if (b.id === self && a.id !== self) return a;
  throw new CausewayError('GRANT_NOT_FOR_US');
}
