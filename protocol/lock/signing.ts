/**
 * What a key holder does: looks at what the server shows, and makes the next statement and the certificates
 * that it needs. Pure but for the signatures; runs in a browser and in the command line alike. What is shown
 * is somebody else's word: whoever signs looks at it first, in the form of {@link LockPlan}.
 */
import { CausewayError } from '../errors.ts';
import type { GroupId, RoleId, SigningPublicKey } from '../ids.ts';
import { LIMITS } from '../limits.ts';
import type { LockMachine, LockUpdate, LockView } from '../rest/lock.ts';
import { signerOf, signStatement } from '../signed-statement.ts';
import { CERTIFICATE_TYPE, type CertificateClaims, DELEGATION_TYPE, type DelegationClaims } from './certificate.ts';
import { type LockKey, lockKeyOf, newSeed } from './key.ts';
import {
  followStatement,
  isLocked,
  LOCK_TYPE,
  type LockClaims,
  type LockKeyEntry,
  type LockPin,
  pairOf,
} from './statement.ts';

/** What is to be signed, for people to look at before. */
export interface LockPlan {
  readonly sequence: number;
  /** Machines that get a certificate. */
  readonly machines: readonly LockMachine[];
  /** Of machines that were removed and tokens that were revoked, what counted so far. */
  readonly withdrawn: LockView['departed'];
  readonly newPairs: readonly string[];
  readonly lostPairs: readonly string[];
  readonly claims: LockClaims;
  /** Whether the statement itself is a new one. */
  readonly changed: boolean;
}

export interface LockWish {
  /** Keys from now on, made of those before, which the lock's own statements name; as before if not given. */
  readonly keys?: (before: readonly LockKeyEntry[]) => readonly LockKeyEntry[];
  /** Hashes of recovery secrets; as before if not given. */
  readonly recovery?: readonly string[];
  /** Signs every machine, and lets no older certificate count. */
  readonly anew?: boolean;
}

/**
 * @param now milliseconds of the Unix epoch.
 * @throws CausewayError LOCK_TOO_LARGE; LOCK_STATEMENT_REFUSED when what the server shows is no statement
 */
export async function planLock(view: LockView, now: number, wish: LockWish = {}): Promise<LockPlan> {
  const before = await currentLock(view);
  // Else a server could have a number signed that leaves no room for another.
  if (before !== undefined && view.sequence !== before.sequence) {
    throw new CausewayError('LOCK_STATEMENT_REFUSED', { issue: 'its number is not that of its newest statement' });
  }
  const pairs = view.pairs.map(({ a, b }) => pairOf(a, b)).sort();
  if (pairs.length > LIMITS.LOCK_PAIRS_MAX.value) {
    throw new CausewayError('LOCK_TOO_LARGE', { count: pairs.length, most: LIMITS.LOCK_PAIRS_MAX.value });
  }
  const sequence = view.sequence + 1;
  const changedMachines = view.machines.filter(({ state, certificate }) => state === 'waiting' && certificate);
  const leaving = [...changedMachines.map(({ id }) => id as string), ...view.departed.map(({ id }) => id)];
  const withdrawn = { ...before?.withdrawn, ...Object.fromEntries(leaving.map((id) => [id, sequence])) };
  const tooMany = Object.keys(withdrawn).length > LIMITS.LOCK_WITHDRAWN_MAX.value;
  const anew = wish.anew === true || tooMany || before === undefined;
  const changed =
    anew ||
    leaving.length > 0 ||
    wish.keys !== undefined ||
    wish.recovery !== undefined ||
    pairs.join() !== [...before.pairs].sort().join();
  const claims: LockClaims = {
    subscription: view.subscription.id,
    sequence: changed ? sequence : view.sequence,
    iat: Math.floor(now / 1000),
    keys: [...keysOf(wish, before)],
    recovery: [...(wish.recovery ?? before?.recovery ?? [])],
    pairs,
    withdrawn: anew ? {} : withdrawn,
    certificatesFrom: anew ? sequence : before.certificatesFrom,
  };
  return {
    sequence: claims.sequence,
    machines: claims.keys.length === 0 ? [] : view.machines.filter(({ state }) => anew || state !== 'signed'),
    withdrawn: view.departed,
    newPairs: pairs.filter((pair) => !before?.pairs.includes(pair)),
    lostPairs: (before?.pairs ?? []).filter((pair) => !pairs.includes(pair)),
    claims,
    changed,
  };
}

/**
 * @param certifier signs the certificates, if it is another than the statement's: while keys are exchanged.
 * @throws CausewayError LOCK_KEY_FOREIGN when the key is none of the lock's
 */
export async function signLock(
  view: LockView,
  plan: LockPlan,
  signer: LockKey,
  certifier: LockKey = signer,
): Promise<LockUpdate> {
  const before = await currentLock(view);
  requireKnown(before?.keys ?? plan.claims.keys, signer.publicKey);
  requireKnown(
    plan.claims.keys.length === 0 ? [{ key: certifier.publicKey, name: '' }] : plan.claims.keys,
    certifier.publicKey,
  );
  const certificates: string[] = [];
  for (const { id, key, name, ipv4, side } of plan.machines) {
    const claims: CertificateClaims = {
      subscription: view.subscription.id,
      sequence: plan.sequence,
      iat: plan.claims.iat,
      id,
      key,
      name,
      ipv4,
      side,
    };
    certificates.push(await signCertificate(claims, certifier));
  }
  if (!plan.changed) return { certificates };
  const statement = await signStatement(plan.claims, LOCK_TYPE, signer.privateKey, signer.publicKey);
  return { statement, certificates };
}

export function signCertificate(claims: CertificateClaims, by: LockKey): Promise<string> {
  return signStatement(claims, CERTIFICATE_TYPE, by.privateKey, by.publicKey);
}

/** What makes a token one that is signed before: goes behind its text (token.ts). The seed is secret. */
export interface PreSigned {
  readonly delegation: string;
  readonly seed: Uint8Array;
}

/**
 * Lets a token's holder sign its own machine, of the token's side, until `expiresAt`.
 * @throws CausewayError LOCK_OFF, LOCK_KEY_FOREIGN
 */
export async function delegateTo(
  view: LockView,
  side: GroupId | RoleId | null,
  expiresAt: number,
  now: number,
  signer: LockKey,
): Promise<PreSigned> {
  const lock = await currentLock(view);
  if (lock === undefined) throw new CausewayError('LOCK_OFF');
  requireKnown(lock.keys, signer.publicKey);
  const seed = newSeed();
  const { publicKey: delegate } = await lockKeyOf(seed);
  const claims: DelegationClaims = {
    subscription: view.subscription.id,
    sequence: view.sequence,
    iat: Math.floor(now / 1000),
    exp: Math.floor(expiresAt / 1000),
    delegate,
    side,
  };
  return { delegation: await signStatement(claims, DELEGATION_TYPE, signer.privateKey, signer.publicKey), seed };
}

/** Whose keys sign now, by the statements themselves: beside them the server could show one of its own. */
export async function keysNow(view: LockView): Promise<readonly LockKeyEntry[]> {
  return (await currentLock(view))?.keys ?? [];
}

function keysOf({ keys }: LockWish, before: LockClaims | undefined): readonly LockKeyEntry[] {
  const were = before?.keys ?? [];
  return keys === undefined ? were : keys(were);
}

/** Names of the groups and roles of a pair, for people. */
export function pairNames(view: LockView, pair: string): string {
  const found = view.pairs.find(({ a, b }) => pairOf(a, b) === pair);
  const name = (id: string) => view.sides.find((side) => side.id === id)?.name ?? id.slice(0, 8);
  if (found !== undefined)
    return found.a === found.b ? `within ${name(found.a)}` : `${name(found.a)} – ${name(found.b)}`;
  const known = view.sides.flatMap((a) => view.sides.map((b) => [a, b] as const));
  const sides = known.find(([a, b]) => pairOf(a.id, b.id) === pair);
  return sides === undefined ? 'groups or roles that are gone' : `${sides[0].name} – ${sides[1].name}`;
}

/**
 * Whether the lock that the server shows follows from a statement that this very key has signed. If not, its
 * keys are the server's word: a person has to look at them before they sign them on.
 */
export function followsFrom(view: LockView, key: SigningPublicKey): boolean {
  return view.statements.some((statement) => signerOf(statement) === key);
}

/** The lock that the server shows, if each statement follows from the one before. */
async function currentLock(view: LockView): Promise<LockClaims | undefined> {
  let pin: LockPin | undefined;
  for (const statement of view.statements) pin = await followStatement(pin, view.subscription.id, statement);
  return isLocked(pin) ? pin.held : undefined;
}

function requireKnown(keys: readonly LockKeyEntry[], key: SigningPublicKey): void {
  if (keys.some((entry) => entry.key === key)) return;
  throw new CausewayError('LOCK_KEY_FOREIGN', { keys: keys.map(({ name }) => name).join(', ') });
}
