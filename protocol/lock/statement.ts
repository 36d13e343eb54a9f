/**
 * The subscription lock, as its key holder signs it: which keys may sign, what policy they stand for, and
 * which machines' certificates no longer count. A JWT of type `causeway-lock+jwt`. Each statement has a greater
 * number than the one before and is signed by a key that the one before names, so that a server can neither
 * bring back an old one nor make one of its own.
 */
import { decodeJwt } from 'jose';
import { z } from 'zod';
import { base64urlPattern, concatBytes, fromHex, toBase64url } from '../encoding.ts';
import { CausewayError } from '../errors.ts';
import { type GroupId, type RoleId, type SigningPublicKey, signingPublicKey, subscriptionId } from '../ids.ts';
import { LIMITS } from '../limits.ts';
import { verifyNamed } from '../signed-statement.ts';

export const LOCK_TYPE = 'causeway-lock+jwt';

/** A key that may sign. */
export const lockKeyEntry = z.object({ key: signingPublicKey, name: z.string().min(1).max(60) });
export type LockKeyEntry = z.infer<typeof lockKeyEntry>;

/** SHA-256, hex; see recovery.ts. */
const recoveryHash = z.string().regex(/^[0-9a-f]{64}$/);
const sequence = z.int().positive();

export const lockClaims = z.object({
  subscription: subscriptionId,
  sequence,
  /** Seconds of the Unix epoch. */
  iat: z.int(),
  /** None: the lock is switched off by its own key. */
  keys: z.array(lockKeyEntry).max(LIMITS.LOCK_KEYS_MAX.value),
  recovery: z.array(recoveryHash).max(16),
  /** Whose members may reach each other, by {@link pairOf}; a group with itself if it is interconnected. */
  pairs: z.array(z.string().regex(base64urlPattern(32))).max(LIMITS.LOCK_PAIRS_MAX.value),
  /** Machines, and tokens by {@link tokenMarkOf}, of which only what was signed from this number on counts. */
  withdrawn: z.record(z.string().regex(/^[0-9a-f]{32}$/), sequence),
  /** The same for all machines. */
  certificatesFrom: sequence,
});
export type LockClaims = z.infer<typeof lockClaims>;

/** What a machine, a server or an administrator knows of the lock of a subscription. */
export interface LockPin {
  /** Number of the last statement or release that was taken in. */
  readonly sequence: number;
  /** Null after it was switched off. */
  readonly held: LockClaims | null;
  /** Who signed that statement; not known of pins that were stored before this was kept. */
  readonly signer?: SigningPublicKey | undefined;
}

type SideId = GroupId | RoleId;

/** One name for a pair of groups and roles, whichever is named first. */
export function pairOf(a: SideId, b: SideId): string {
  const [first, second] = a < b ? [a, b] : [b, a];
  return toBase64url(concatBytes(fromHex(first), fromHex(second)));
}

/** From which statement on certificates of a machine, or delegations of a token, count. */
export function certificatesCountFrom(lock: LockClaims, machine: string): number {
  return Math.max(lock.certificatesFrom, lock.withdrawn[machine] ?? 0);
}

/**
 * Takes the next statement in. The first that is ever seen is trusted, if one of its own keys has signed it.
 * @throws CausewayError LOCK_STATEMENT_REFUSED
 */
export async function followStatement(
  pin: LockPin | undefined,
  subscription: LockClaims['subscription'],
  text: string,
): Promise<LockPin & { readonly held: LockClaims }> {
  const refused = (issue: string) => new CausewayError('LOCK_STATEMENT_REFUSED', { issue });
  if (text.length > LIMITS.LOCK_STATEMENT_MAX_CHARACTERS.value) throw refused('it is longer than any can be');
  const { payload, signer } = await verifyNamed(text, LOCK_TYPE, () =>
    refused('its signature is not that of the key that it names'),
  );
  const parsed = lockClaims.safeParse(payload);
  if (!parsed.success) throw refused('it has not the shape of one');
  const claims = parsed.data;
  if (claims.subscription !== subscription) throw refused('it is of another subscription');
  if (Object.keys(claims.withdrawn).length > LIMITS.LOCK_WITHDRAWN_MAX.value) throw refused('it withdraws too many');
  if (claims.sequence <= (pin?.sequence ?? 0)) throw refused('it is older than what is held');
  const trusted = isLocked(pin) ? pin.held.keys : claims.keys;
  if (!trusted.some(({ key }) => key === signer)) throw refused('no key that is trusted has signed it');
  return { sequence: claims.sequence, held: claims, signer };
}

/** Whether the lock is on. */
export function isLocked(pin: LockPin | undefined): pin is LockPin & { readonly held: LockClaims } {
  return pin?.held !== undefined && pin.held !== null && pin.held.keys.length > 0;
}

/** What a statement says that was checked before it was stored. */
export function peekStatement(text: string): LockClaims {
  return lockClaims.parse(decodeJwt(text));
}
