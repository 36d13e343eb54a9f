/**
 * What an administrator does to activation tokens. The full text exists only in the answer that
 * creates one; the store has a hash of its secret.
 */
import { toHex } from '#protocol/encoding.ts';
import { CausewayError } from '#protocol/errors.ts';
import { tokenSecretHash } from '#protocol/proofs.ts';
import { encodeToken, TOKEN_SECRET_BYTES } from '#protocol/token.ts';
import { newId } from '../../random.ts';
import type { TokenRecord } from '../../store/records.ts';
import { auditEntry } from '../audit.ts';
import type { AdministrationContext } from '../context.ts';
import type { SubscriptionDirectory } from '../subscription-directory.ts';
import { requirePresent } from './present.ts';

export interface TokenWish {
  readonly description: string;
  /** Milliseconds of the Unix epoch. */
  readonly expiresAt: number | null;
  readonly uses: number | null;
  /** Name or id. */
  readonly group: string | null;
  /** Name or id. */
  readonly role: string | null;
}

export interface MadeToken {
  readonly token: TokenRecord;
  /** The only place where it is. */
  readonly text: string;
}

/** @throws CausewayError NOT_FOUND, ROLE_INSTANCE_IN_GROUP when bound to both a group and a role. */
export function createToken(
  context: AdministrationContext,
  subscription: SubscriptionDirectory,
  wish: TokenWish,
): Promise<MadeToken> {
  return context.turns.take(async () => {
    requirePresent(context, subscription);
    const made = makeToken(context, subscription, wish);
    const { name } = subscription.record;
    const audit = auditEntry(context, context.by, 'token.create', {
      subscription: { id: subscription.id, name },
      target: targetOf(made.token),
      after: toldOf(subscription, made.token),
    });
    await context.store.installing.createToken(made.token, audit);
    tellTokens(context, subscription);
    return made;
  });
}

/** Machines activated by it stay. @throws CausewayError NOT_FOUND */
export function revokeToken(
  context: AdministrationContext,
  subscription: SubscriptionDirectory,
  id: string,
): Promise<void> {
  return context.turns.take(async () => {
    requirePresent(context, subscription);
    const tokens = await context.store.installing.listTokens(subscription.id);
    const token = tokens.find((each) => each.id === id);
    if (token === undefined) throw new CausewayError('NOT_FOUND', { kind: 'token', id });
    if (token.revokedAt !== null) return;
    const { name } = subscription.record;
    const audit = auditEntry(context, context.by, 'token.revoke', {
      subscription: { id: subscription.id, name },
      target: targetOf(token),
      before: toldOf(subscription, token),
    });
    await context.store.installing.revokeToken(subscription.id, id, context.clock.now(), audit);
    tellTokens(context, subscription);
  });
}

/** A token that is not stored yet. @throws CausewayError NOT_FOUND, ROLE_INSTANCE_IN_GROUP */
export function makeToken(
  context: AdministrationContext,
  subscription: SubscriptionDirectory,
  wish: TokenWish,
): MadeToken {
  if (wish.group !== null && wish.role !== null) throw new CausewayError('ROLE_INSTANCE_IN_GROUP');
  const secret = context.random(TOKEN_SECRET_BYTES);
  const token: TokenRecord = {
    id: newId<string>(context.random),
    subscription: subscription.id,
    secretHash: toHex(tokenSecretHash(secret)),
    description: wish.description,
    createdAt: context.clock.now(),
    expiresAt: wish.expiresAt,
    usesTotal: wish.uses,
    usesLeft: wish.uses,
    revokedAt: null,
    group: wish.group === null ? null : subscription.groups.find(wish.group).id,
    role: wish.role === null ? null : subscription.roles.find(wish.role).id,
  };
  const text = encodeToken({ server: context.serverUrl(), pin: context.pin, subscription: subscription.id, secret });
  return { token, text };
}

/** @throws CausewayError TOKEN_REVOKED, TOKEN_EXPIRED, TOKEN_EXHAUSTED */
export function requireUsable(token: TokenRecord, now: number): void {
  if (token.revokedAt !== null) throw new CausewayError('TOKEN_REVOKED');
  if (token.expiresAt !== null && token.expiresAt <= now) {
    throw new CausewayError('TOKEN_EXPIRED', { expiredAt: new Date(token.expiresAt).toISOString() });
  }
  if (token.usesLeft === 0) throw new CausewayError('TOKEN_EXHAUSTED', { uses: token.usesTotal ?? 0 });
}

/** What the audit tells of a token: never its hash. */
export function toldOf(subscription: SubscriptionDirectory, token: TokenRecord): Record<string, unknown> {
  const { description, expiresAt, usesTotal, group, role } = token;
  return {
    description,
    expiresAt: expiresAt === null ? null : new Date(expiresAt).toISOString(),
    uses: usesTotal,
    group: group === null ? null : (subscription.groups.byId.get(group)?.name ?? group),
    role: role === null ? null : (subscription.roles.byId.get(role)?.name ?? role),
  };
}

export function tellTokens(
  context: AdministrationContext,
  subscription: SubscriptionDirectory,
  ...more: 'install-links'[]
): void {
  const by = context.by.name;
  context.announcer.changed({ subscription: subscription.id, kinds: ['tokens', ...more], by, policyVersion: null });
}

function targetOf(token: TokenRecord): { kind: string; id: string; name: string } {
  return { kind: 'token', id: token.id, name: token.description };
}
