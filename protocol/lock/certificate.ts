/**
 * What backs a machine in a locked subscription: a certificate, signed by a lock key, or by the key of an
 * activation token to which a lock key has delegated that (`delegation~certificate`). JWTs both.
 *
 * Signatures are checked when a text is read; whether its signer is trusted, and what it says still counts, is
 * asked of the lock that somebody holds.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { decodeJwt } from 'jose';
import { z } from 'zod';
import { ipv6Address } from '../addresses.ts';
import { concatBytes, fromBase64url, fromHex, toHex, utf8 } from '../encoding.ts';
import { CausewayError } from '../errors.ts';
import type { GrantClaims, GrantedMachine } from '../grants.ts';
import {
  groupId,
  ID_BYTES,
  type MachineId,
  machineId,
  roleId,
  type SigningPublicKey,
  type SubscriptionId,
  signingPublicKey,
  subscriptionId,
  type TunnelPublicKey,
  tunnelPublicKey,
} from '../ids.ts';
import { LIMITS } from '../limits.ts';
import { label } from '../names.ts';
import { signerOf, verifyNamed } from '../signed-statement.ts';
import { certificatesCountFrom, isLocked, type LockClaims, type LockPin, pairOf } from './statement.ts';

export const CERTIFICATE_TYPE = 'causeway-lock-machine+jwt';
export const DELEGATION_TYPE = 'causeway-lock-token+jwt';
/** Between a delegation and the certificate that its key signed. */
export const DELEGATED = '~';

const sideId = z.union([groupId, roleId]).nullable();

export const certificateClaims = z.object({
  subscription: subscriptionId,
  /** Number of the lock's statement under which it was signed. */
  sequence: z.int().positive(),
  iat: z.int(),
  id: machineId,
  key: tunnelPublicKey,
  name: label,
  ipv4: z.ipv4(),
  /** Its group or role; null while it is in none, and then it reaches nobody. */
  side: sideId,
});
export type CertificateClaims = z.infer<typeof certificateClaims>;

export const delegationClaims = z.object({
  subscription: subscriptionId,
  sequence: z.int().positive(),
  iat: z.int(),
  /** Seconds: until then the token lets machines in, and what it let in counts. */
  exp: z.int(),
  delegate: signingPublicKey,
  /** What machines that come by the token are in. */
  side: sideId,
});
export type DelegationClaims = z.infer<typeof delegationClaims>;

export interface Certificate {
  readonly claims: CertificateClaims;
  /** The lock key at its root. */
  readonly signer: SigningPublicKey;
  readonly delegation: DelegationClaims | null;
}

/**
 * The id of a machine that activates: made of its key, so that who holds a delegated key can not give a key of
 * theirs to a machine that is there.
 */
export function machineIdOf(subscription: SubscriptionId, key: TunnelPublicKey): MachineId {
  const bytes = concatBytes(utf8('causeway machine id v1\0'), fromHex(subscription), fromBase64url(key));
  return machineId.parse(toHex(sha256(bytes).subarray(0, ID_BYTES)));
}

/** What stands for a token among what a lock has withdrawn: 16 bytes as 32 hex digits, like a machine's id. */
export function tokenMarkOf(delegate: SigningPublicKey): string {
  const bytes = concatBytes(utf8('causeway lock token v1\0'), fromBase64url(delegate));
  return toHex(sha256(bytes).subarray(0, ID_BYTES));
}

/** @throws CausewayError LOCK_MACHINE_UNSIGNED when a signature in it is not that of the key that it names. */
export async function readCertificate(text: string): Promise<Certificate> {
  const unsigned = () => new CausewayError('LOCK_MACHINE_UNSIGNED', { name: '?' });
  const parts = text.split(DELEGATED);
  if (text.length > LIMITS.LOCK_CERTIFICATE_MAX_CHARACTERS.value || parts.length > 2) throw unsigned();
  const [certificate, delegation] = parts.reverse() as [string, string | undefined];
  const signed = await read(certificate, CERTIFICATE_TYPE, certificateClaims, unsigned);
  if (delegation === undefined) return { claims: signed.claims, signer: signed.signer, delegation: null };
  const delegated = await read(delegation, DELEGATION_TYPE, delegationClaims, unsigned);
  if (delegated.claims.delegate !== signed.signer) throw unsigned();
  return { claims: signed.claims, signer: delegated.signer, delegation: delegated.claims };
}

/** @throws CausewayError LOCK_TOKEN_FOREIGN */
export async function readDelegation(text: string): Promise<{ claims: DelegationClaims; signer: SigningPublicKey }> {
  return read(text, DELEGATION_TYPE, delegationClaims, () => new CausewayError('LOCK_TOKEN_FOREIGN'));
}

/**
 * That the lock stands behind a machine as it is shown.
 * @param now milliseconds of the Unix epoch, server's clock.
 * @throws CausewayError LOCK_MACHINE_UNSIGNED
 */
export function requireCertified(
  lock: LockClaims,
  certificate: Certificate,
  machine: GrantedMachine,
  now: number,
): void {
  const { claims, signer, delegation } = certificate;
  const counts =
    claims.subscription === lock.subscription &&
    lock.keys.some(({ key }) => key === signer) &&
    claims.sequence >= certificatesCountFrom(lock, machine.id) &&
    (delegation === null || isWithin(delegation, claims, lock, now));
  const same =
    claims.id === machine.id &&
    claims.key === machine.key &&
    claims.name === machine.name &&
    claims.ipv4 === machine.ipv4 &&
    ipv6Address(lock.subscription, claims.id) === machine.ipv6;
  if (!counts || !same) throw new CausewayError('LOCK_MACHINE_UNSIGNED', { name: machine.name });
}

/**
 * That the lock stands behind a grant: behind both machines, and behind that they reach each other.
 * @throws CausewayError LOCK_MACHINE_UNSIGNED, LOCK_POLICY_UNSIGNED
 */
export async function requireBacked(pin: LockPin | undefined, grant: GrantClaims, now: number): Promise<void> {
  if (!isLocked(pin)) return;
  const [a, b] = grant.machines;
  const [first, second] = grant.backing ?? [];
  if (first === undefined || second === undefined) throw new CausewayError('LOCK_MACHINE_UNSIGNED', { name: b.name });
  requirePair(pin.held, [await named(first, a), a], [await named(second, b), b], now);
}

/** As {@link requireBacked}, for certificates that were read before. */
export function requirePair(
  lock: LockClaims,
  [one, a]: readonly [Certificate, GrantedMachine],
  [other, b]: readonly [Certificate, GrantedMachine],
  now: number,
): void {
  requireCertified(lock, one, a, now);
  requireCertified(lock, other, b, now);
  const [from, to] = [one.claims.side, other.claims.side];
  if (from === null || to === null || !lock.pairs.includes(pairOf(from, to))) {
    throw new CausewayError('LOCK_POLICY_UNSIGNED', { a: a.name, b: b.name });
  }
}

/** What a delegated key may sign: machines whose id is made of their key, in the token's side, in its time. */
function isWithin(delegation: DelegationClaims, claims: CertificateClaims, lock: LockClaims, now: number): boolean {
  return (
    delegation.subscription === lock.subscription &&
    delegation.sequence >= certificatesCountFrom(lock, tokenMarkOf(delegation.delegate)) &&
    claims.sequence === delegation.sequence &&
    claims.side === delegation.side &&
    claims.id === machineIdOf(lock.subscription, claims.key) &&
    now < delegation.exp * 1000
  );
}

async function named(text: string, machine: GrantedMachine): Promise<Certificate> {
  try {
    return await readCertificate(text);
  } catch (cause) {
    throw new CausewayError('LOCK_MACHINE_UNSIGNED', { name: machine.name }, { cause });
  }
}

async function read<Claims>(
  text: string,
  type: string,
  schema: z.ZodType<Claims>,
  refusal: () => CausewayError,
): Promise<{ claims: Claims; signer: SigningPublicKey }> {
  const { payload, signer } = await verifyNamed(text, type, refusal);
  const parsed = schema.safeParse(payload);
  if (!parsed.success) throw refusal();
  return { claims: parsed.data, signer };
}

/** What a certificate says that was checked before it was stored. @throws Error when it is none */
export function peekCertificate(text: string): Certificate {
  const [certificate = '', delegation] = text.split(DELEGATED).reverse();
  const root = signerOf(delegation ?? certificate);
  if (root === undefined) throw new Error('a stored certificate names no key');
  return {
    claims: certificateClaims.parse(decodeJwt(certificate)),
    signer: root,
    delegation: delegation === undefined ? null : delegationClaims.parse(decodeJwt(delegation)),
  };
}
