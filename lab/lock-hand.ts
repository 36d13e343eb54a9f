/**
 * The hand of an administrator who locks a subscription: has the key, looks at what the server shows and
 * signs it, as the portal and `causeway-relay lock` do.
 */
import type { GroupId, RoleId } from '#protocol/ids.ts';
import { type LockKey, lockKeyOf, newSeed } from '#protocol/lock/key.ts';
import { newRecoverySecret, recoveryHashOf } from '#protocol/lock/recovery.ts';
import { delegateTo, type LockWish, planLock, signLock } from '#protocol/lock/signing.ts';
import { type LockView, lockView } from '#protocol/rest/lock.ts';
import { preSignedToken } from '#protocol/token.ts';
import type { Administrator, Side } from './administrator.ts';

const HOUR_MS = 3_600_000;

export class LockHand {
  key: LockKey;
  /** Releases the lock. */
  readonly recovery: string;
  readonly #administrator: Administrator;

  private constructor(administrator: Administrator, key: LockKey, recovery: string) {
    this.#administrator = administrator;
    this.key = key;
    this.recovery = recovery;
  }

  /** Locks the subscription with all that is in it. */
  static async lock(administrator: Administrator): Promise<LockHand> {
    const hand = new LockHand(administrator, await lockKeyOf(newSeed()), newRecoverySecret());
    const keys = [{ key: hand.key.publicKey, name: 'ada' }];
    await hand.sign({ keys: () => keys, recovery: [recoveryHashOf(hand.recovery) ?? ''] });
    return hand;
  }

  async view(): Promise<LockView> {
    return lockView.parse(await this.#done('GET', '/lock'));
  }

  /** Signs what the server shows. */
  async sign(wish: LockWish = {}): Promise<void> {
    const view = await this.view();
    await this.#done('PUT', '/lock', await signLock(view, await planLock(view, Date.now(), wish), this.key));
  }

  /** Puts another key in the place of the present one, with all machines signed by it. */
  async exchangeKey(): Promise<void> {
    const [view, next] = [await this.view(), await lockKeyOf(newSeed())];
    const plan = await planLock(view, Date.now(), { keys: () => [{ key: next.publicKey, name: 'ada' }], anew: true });
    await this.#done('PUT', '/lock', await signLock(view, plan, this.key, next));
    this.key = next;
  }

  /** A token whose machines sign themselves. */
  async preSigned(side: Side): Promise<string> {
    const token = await this.#administrator.token(side);
    const id = side.id as GroupId | RoleId;
    return preSignedToken(token, await delegateTo(await this.view(), id, Date.now() + HOUR_MS, Date.now(), this.key));
  }

  async release(secret = this.recovery): Promise<unknown> {
    return this.#done('POST', '/lock/release', { secret });
  }

  async #done(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await this.#administrator.attempt(method, path, body);
    if (answer.status === 200) return answer.body;
    throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  }
}
