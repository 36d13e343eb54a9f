/**
 * What signing in keeps in memory: rates, hashes under way, second factors that wait for their first
 * code, refusals that are not written yet. One for each server.
 */
import type { Logger } from 'pino';
import { LIMITS } from '#protocol/limits.ts';
import type { Clock } from '../../clock.ts';
import { lineOf } from '../../line.ts';
import type { Random } from '../../random.ts';
import { Rate } from '../../rate.ts';
import type { Store } from '../../store/store.ts';
import type { AuditIds } from '../audit.ts';
import type { OidcProvider } from './oidc-provider.ts';
import { Passwords } from './passwords.ts';
import { Refusals } from './refusals.ts';

const MINUTE_MS = 60_000;

/** Hears what changes here, for those who have a page of it open. */
export interface AccessListener {
  changed(kind: 'people' | 'api-keys' | 'account', by: string): void;
  /** A session, or an API key, by its id. */
  ended(id: string): void;
  /** A session goes on, but not under this id. */
  renewed(id: string): void;
}

interface PendingFactor {
  readonly secret: string;
  readonly until: number;
}

export class Access {
  readonly passwords: Passwords;
  readonly refusals: Refusals;
  /** Null when no identity provider is set up. */
  readonly oidc: OidcProvider | null;
  readonly #addressRate = new Rate(LIMITS.SIGN_INS_PER_ADDRESS_PER_MINUTE.value, MINUTE_MS);
  readonly #nameRate = new Rate(LIMITS.SIGN_INS_PER_NAME_PER_MINUTE.value, MINUTE_MS);
  readonly #codeRate = new Rate(LIMITS.SECOND_FACTOR_TRIES.value, 10 * MINUTE_MS);
  readonly #secretRate = new Rate(LIMITS.SECRET_TRIES_PER_ADDRESS_PER_MINUTE.value, MINUTE_MS);
  readonly #pending = new Map<string, PendingFactor>();
  readonly #clock: Clock;
  #listener: AccessListener | undefined;

  constructor(around: {
    store: Store;
    clock: Clock;
    random: Random;
    auditIds: AuditIds;
    logger: Logger;
    oidc: OidcProvider | null;
  }) {
    this.#clock = around.clock;
    this.passwords = new Passwords(around.random);
    this.refusals = new Refusals({ ...around, audit: around.store.audit });
    this.oidc = around.oidc;
  }

  /** From now on `listener` hears, and nobody else. */
  listen(listener: AccessListener): void {
    this.#listener = listener;
  }

  /** After a change is stored, and before it is told: with the old id nothing more is to be asked. */
  tellRenewed(id: string): void {
    this.#listener?.renewed(id);
  }

  /** After a change is stored. @param ended ids of sessions and API keys that it ended */
  tell(kind: 'people' | 'api-keys' | 'account', by: string, ended: Iterable<string> = []): void {
    this.#listener?.changed(kind, by);
    for (const id of ended) this.#listener?.ended(id);
  }

  /** Counts a try to sign in. @throws CausewayError RATE_LIMITED */
  takeAddress(address: string): void {
    this.#addressRate.take(lineOf(address), this.#clock.now());
  }

  /** From wherever it comes. @throws CausewayError RATE_LIMITED */
  takeName(name: string): void {
    this.#nameRate.take(name, this.#clock.now());
  }

  /** Counts a code of the second factor. @throws CausewayError RATE_LIMITED */
  takeCode(person: string): void {
    this.#codeRate.take(person, this.#clock.now());
  }

  /** Counts a try at the one-time secret. @throws CausewayError RATE_LIMITED */
  takeSecret(address: string): void {
    this.#secretRate.take(lineOf(address), this.#clock.now());
  }

  /** Keeps a second factor's secret until its first code comes. */
  expectFactor(person: string, secret: string): void {
    const now = this.#clock.now();
    for (const [other, { until }] of this.#pending) if (until <= now) this.#pending.delete(other);
    this.#pending.set(person, { secret, until: now + LIMITS.SECOND_FACTOR_SET_UP_MS.value });
  }

  expectedFactor(person: string): string | undefined {
    const pending = this.#pending.get(person);
    return pending !== undefined && pending.until > this.#clock.now() ? pending.secret : undefined;
  }

  forgetFactor(person: string): void {
    this.#pending.delete(person);
  }

  async close(): Promise<void> {
    await this.refusals.flush();
  }
}
