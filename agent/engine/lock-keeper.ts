/**
 * Holds the subscription's lock for this machine: follows it as the server tells it, keeps it on the disk,
 * and judges grants by it. A server that shows an older lock, another one or none changes nothing here.
 */
import type { LockStep, SelfFacts } from '#protocol/control-messages.ts';
import { CausewayError, isRefusal } from '#protocol/errors.ts';
import type { GrantClaims } from '#protocol/grants.ts';
import type { SubscriptionId } from '#protocol/ids.ts';
import { requireBacked } from '#protocol/lock/certificate.ts';
import { fingerprintOf } from '#protocol/lock/fingerprint.ts';
import { followLock } from '#protocol/lock/follow.ts';
import { isLocked, type LockPin } from '#protocol/lock/statement.ts';
import type { Finding } from './check-outcome.ts';

export interface LockKeeperOptions {
  readonly subscription: SubscriptionId;
  readonly pin: LockPin | undefined;
  /** Milliseconds of the Unix epoch, server's clock. */
  readonly now: () => number;
  ask(after: number): Promise<readonly LockStep[]>;
  /** Stores what is held from now on. */
  save(pin: LockPin): Promise<void>;
  /** Another lock is held: what was allowed before may not be any more. */
  onMoved(): void;
  log(message: string, details: Record<string, unknown>): void;
}

export class LockKeeper {
  readonly #options: LockKeeperOptions;
  #pin: LockPin | undefined;
  #following: Promise<void> | undefined;
  /** Why what the server shows was not taken in. */
  #refusal: CausewayError | undefined;

  constructor(options: LockKeeperOptions) {
    this.#options = options;
    this.#pin = options.pin;
  }

  get locked(): boolean {
    return isLocked(this.#pin);
  }

  /** @throws CausewayError LOCK_MACHINE_UNSIGNED, LOCK_POLICY_UNSIGNED */
  requireBacked(claims: GrantClaims): Promise<void> {
    return requireBacked(this.#pin, claims, this.#options.now());
  }

  /** What its owner should know: that nobody has signed this machine, or that the server is not to be trusted. */
  warning({ lock, name }: SelfFacts): CausewayError | undefined {
    if (this.#refusal !== undefined) return this.#refusal;
    return this.locked && lock?.signed !== true ? new CausewayError('LOCK_MACHINE_UNSIGNED', { name }) : undefined;
  }

  /**
   * For `causeway diagnose`: whether there is a lock, who signed it, and whether it stands behind this machine.
   * @param grants in hand, each of which had to show that
   * @throws CausewayError what {@link warning} says
   */
  finding(self: SelfFacts, grants: number): Finding {
    const warning = this.warning(self);
    if (warning !== undefined) throw warning;
    const pin = this.#pin;
    if (!isLocked(pin)) {
      const how = pin === undefined ? 'is not locked' : 'is locked no more';
      return { detail: `The subscription ${how}: whom this computer is connected with is the server’s word.` };
    }
    const { held, sequence, signer } = pin;
    const name = held.keys.find(({ key }) => key === signer)?.name ?? 'a key that was exchanged since';
    const by = signer === undefined ? '' : `, signed by ${name} (${fingerprintOf(signer)})`;
    const shown =
      grants === 0
        ? 'as the server says'
        : `as ${grants === 1 ? 'a grant in hand shows' : `${grants} grants in hand show`}`;
    return {
      detail: `The subscription is locked by statement ${sequence}${by}; a lock key stands behind this computer, ${shown}.`,
    };
  }

  /** Follows the lock to where the server says it is; never rejects. */
  follow({ lock }: SelfFacts): Promise<void> {
    const known = this.#pin?.sequence ?? 0;
    const announced = lock?.sequence ?? 0;
    if (announced === known) this.#refusal = undefined;
    else if (announced < known) {
      this.#refuse(new CausewayError('LOCK_STATEMENT_REFUSED', { issue: 'it shows an older one, or none' }));
    } else {
      this.#following ??= this.#follow().finally(() => {
        this.#following = undefined;
      });
    }
    return this.#following ?? Promise.resolve();
  }

  async #follow(): Promise<void> {
    const { ask, onMoved, save, subscription } = this.#options;
    let reached = this.#pin;
    try {
      reached = await followLock(this.#pin, subscription, ask);
      this.#refusal = undefined;
    } catch (error) {
      if (isRefusal(error, 'LOCK_STATEMENT_REFUSED')) this.#refuse(error);
      else this.#options.log('the lock could not be read', { error: String(error) });
    }
    if (reached === undefined || reached === this.#pin) return;
    this.#pin = reached;
    this.#options.log('lock', { sequence: reached.sequence, locked: this.locked });
    await save(reached).catch((error: unknown) => {
      this.#options.log('could not store the lock', { error: String(error) });
    });
    onMoved();
  }

  #refuse(error: CausewayError): void {
    if (this.#refusal?.message !== error.message) this.#options.log('lock refused', { cause: error.message });
    this.#refusal = error;
  }
}
