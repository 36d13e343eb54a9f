/**
 * Whose grants this machine believes: what the server has signed with its grant key and, in a locked
 * subscription, what a lock key stands behind as well. Follows both as the server tells of them; when another
 * lock holds, its peers have to be backed by that one too. Knows no connection and no tunnel.
 */
import type { LockStep, SelfFacts } from '#protocol/control-messages.ts';
import type { CausewayError } from '#protocol/errors.ts';
import type { GrantClaims } from '#protocol/grants.ts';
import type { MachineId, SigningPublicKey, SubscriptionId } from '#protocol/ids.ts';
import type { LockPin } from '#protocol/lock/statement.ts';
import type { Finding } from './check-outcome.ts';
import type { GrantKeys } from './grant-keys.ts';
import { LockKeeper } from './lock-keeper.ts';
import type { PeerDirectory } from './peer-directory.ts';

export interface TrustOptions {
  readonly subscription: SubscriptionId;
  readonly grantKeys: GrantKeys;
  /** The lock as far as it was followed before. */
  readonly lock: LockPin | undefined;
  /** Milliseconds of the Unix epoch, server's clock. */
  readonly now: () => number;
  /** The peers whose grants are in use. */
  readonly peers: () => Pick<PeerDirectory, 'ids' | 'get' | 'renew'>;
  /** Asks the server for the steps of its lock that come after one. */
  readonly askLock: (after: number) => Promise<readonly LockStep[]>;
  readonly saveLock: (lock: LockPin) => Promise<void>;
  readonly saveGrantKey: (key: SigningPublicKey) => Promise<void>;
  /** Another lock holds from now on; the peers with grants in use are judged by it next. */
  readonly onLockMoved: () => void;
  /** Nobody stands behind these any more, nor would with new grants. */
  readonly onUnbacked: (peers: readonly MachineId[]) => void;
  readonly log: (message: string, details: Record<string, unknown>) => void;
}

export class Trust {
  readonly #options: TrustOptions;
  readonly #lock: LockKeeper;

  constructor(options: TrustOptions) {
    this.#options = options;
    const { askLock, lock, log, now, saveLock, subscription } = options;
    this.#lock = new LockKeeper({
      subscription,
      pin: lock,
      now,
      ask: askLock,
      save: saveLock,
      onMoved: () => {
        options.onLockMoved();
        void this.#judgePeers();
      },
      log,
    });
  }

  get locked(): boolean {
    return this.#lock.locked;
  }

  /** What its owner should know: that nobody has signed this machine, or that the server is not to be trusted. */
  warning(self: SelfFacts): CausewayError | undefined {
    return this.#lock.warning(self);
  }

  /** The lock, as `causeway diagnose` tells of it. @throws CausewayError what {@link warning} says */
  lockFinding(self: SelfFacts): Finding {
    return this.#lock.finding(self, this.#options.peers().ids().length);
  }

  /** @throws CausewayError GRANT_FORGED, GRANT_EXPIRED, LOCK_MACHINE_UNSIGNED, LOCK_POLICY_UNSIGNED */
  async verify(grant: string): Promise<GrantClaims> {
    const claims = await this.#options.grantKeys.verify(grant);
    await this.#lock.requireBacked(claims);
    return claims;
  }

  /** Follows the lock to where the server says it is; never rejects. */
  followLock(self: SelfFacts): Promise<void> {
    return this.#lock.follow(self);
  }

  /** Follows the server's grant key; never rejects. */
  async followGrantKey({ grantKeys = [] }: SelfFacts): Promise<void> {
    try {
      const key = await this.#options.grantKeys.follow(grantKeys);
      if (key !== undefined) await this.#options.saveGrantKey(key);
    } catch (error) {
      this.#options.log('the server’s next grant key was not taken', { error: String(error) });
    }
  }

  /** Peers whose grants the lock does not back get new ones that it backs, or are given up. */
  async #judgePeers(): Promise<void> {
    const peers = this.#options.peers();
    await Promise.all(
      peers.ids().map(async (id) => {
        const requireBacked = async () => {
          const peer = peers.get(id);
          if (peer !== undefined) await this.#lock.requireBacked(peer.claims);
        };
        try {
          await requireBacked().catch(() => peers.renew(id).then(requireBacked));
        } catch (error) {
          this.#options.log('no longer backed', { peer: id, error: String(error) });
          this.#options.onUnbacked([id]);
        }
      }),
    );
  }
}
