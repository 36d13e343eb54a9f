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
import type { ControlContext } from '../context.ts';
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

/** @throws CausewayError NOT_FOUND, ROLE_INSTANCE_IN_GROUP when bound to both a group and a role. */
export function createToken(
  context: ControlContext,
  subscription: SubscriptionDirectory,
  wish: TokenWish,
): Promise<{ token: TokenRecord; text: string }> {
  return context.turns.take(async () => {
    requirePresent(context, subscription);
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
    await context.store.createToken(token);
    const text = encodeToken({ server: context.serverUrl(), pin: context.pin, subscription: subscription.id, secret });
    return { token, text };
  });
}

/** Machines activated by it stay. @throws CausewayError NOT_FOUND */
export function revokeToken(context: ControlContext, subscription: SubscriptionDirectory, id: string): Promise<void> {
  return context.turns.take(async () => {
    const found = await context.store.revokeToken(subscription.id, id, context.clock.now());
    if (!found) throw new CausewayError('NOT_FOUND', { kind: 'token', id });
  });
}
