/**
 * The store by SQL, the same queries for SQLite and PostgreSQL. Every method is one transaction, and
 * what the engine reports wrong comes out as a refusal of the catalogue.
 */
import { type Kysely, sql } from 'kysely';
import { CausewayError } from '#protocol/errors.ts';
import type { RoleId, SubscriptionId } from '#protocol/ids.ts';
import { applyOperation } from './apply-operation.ts';
import { appendToChain } from './audit-chain.ts';
import { type AuditStore, SqlAuditStore } from './audit-store.ts';
import { type HistoryStore, SqlHistoryStore } from './history-store.ts';
import { type InstallingStore, SqlInstallingStore } from './installing-store.ts';
import { readInstanceCounts, recordInstances } from './instance-counts.ts';
import { type LockStore, SqlLockStore } from './lock-store.ts';
import type { PolicyOperation } from './operations.ts';
import { type PeopleStore, SqlPeopleStore } from './people-store.ts';
import type * as records from './records.ts';
import * as rows from './rows.ts';
import type { Tables } from './schema.ts';
import { type SessionStore, SqlSessionStore } from './session-store.ts';
import type { DirectoryContents, Store, ToldOfArrival } from './store.ts';
import { Transactions, type Work } from './transactions.ts';

export class SqlStore implements Store {
  readonly #transactions: Transactions;
  readonly #close: () => Promise<void>;
  readonly people: PeopleStore;
  readonly sessions: SessionStore;
  readonly audit: AuditStore;
  readonly installing: InstallingStore;
  readonly history: HistoryStore;
  readonly lock: LockStore;

  /** @param translate turns an engine's error into a refusal. @param close if there is more to close than `db`. */
  constructor(db: Kysely<Tables>, translate: (error: unknown) => unknown, close = () => db.destroy()) {
    const transactions = new Transactions(db, translate);
    this.#transactions = transactions;
    this.#close = close;
    this.people = new SqlPeopleStore(transactions);
    this.sessions = new SqlSessionStore(transactions);
    this.audit = new SqlAuditStore(transactions);
    this.installing = new SqlInstallingStore(transactions);
    this.history = new SqlHistoryStore(transactions);
    this.lock = new SqlLockStore(transactions);
  }

  readDirectory(): Promise<DirectoryContents> {
    return this.#transactions.read(async (db) => ({
      subscriptions: (await db.selectFrom('subscriptions').selectAll().execute()).map(rows.subscriptionOf),
      groups: (await db.selectFrom('groups').selectAll().execute()).map(rows.groupOf),
      roles: (await db.selectFrom('roles').selectAll().execute()).map(rows.roleOf),
      machines: (await db.selectFrom('machines').selectAll().execute()).map(rows.machineOf),
      connections: (await db.selectFrom('connections').selectAll().execute()).map(rows.connectionOf),
      locks: await this.lock.read(),
    }));
  }

  createSubscription(
    subscription: records.SubscriptionRecord,
    audits: readonly records.AuditRecord[] = [],
  ): Promise<void> {
    return this.#transactions.do(async (db) => {
      await db.insertInto('subscriptions').values(rows.subscriptionRow(subscription)).execute();
      await appendToChain(db, audits);
    });
  }

  renameSubscription(id: SubscriptionId, name: string, audits: readonly records.AuditRecord[] = []): Promise<number> {
    return this.#change(id, async (db) => {
      await db
        .updateTable('subscriptions')
        .set((row) => ({ name, version: row('version', '+', 1) }))
        .where('id', '=', id)
        .execute();
      await appendToChain(db, audits);
    });
  }

  removeSubscription(id: SubscriptionId, audits: readonly records.AuditRecord[] = []): Promise<void> {
    return this.#transactions.do(async (db) => {
      await db.deleteFrom('subscriptions').where('id', '=', id).execute();
      await appendToChain(db, audits);
    });
  }

  applyChanges(
    subscription: SubscriptionId,
    operations: readonly PolicyOperation[],
    audits: readonly records.AuditRecord[],
  ): Promise<number> {
    return this.#change(subscription, async (db) => {
      for (const operation of operations) await applyOperation(db, operation);
      await appendToChain(db, audits);
    });
  }

  instanceCounts(role: RoleId): Promise<readonly records.InstanceCountRecord[]> {
    return this.#transactions.read((db) => readInstanceCounts(db, role));
  }

  addMachine(machine: records.MachineRecord, token: records.TokenRecord, told: ToldOfArrival): Promise<number> {
    return this.#change(machine.subscription, async (db) => {
      if (token.usesTotal !== null) {
        const used = await db
          .updateTable('tokens')
          .set((token) => ({ uses_left: token('uses_left', '-', 1) }))
          .where('id', '=', token.id)
          .where('uses_left', '>', 0)
          .executeTakeFirst();
        if (used.numUpdatedRows === 0n) throw new CausewayError('TOKEN_EXHAUSTED', { uses: token.usesTotal });
      }
      await db.insertInto('machines').values(rows.machineRow(machine)).execute();
      if (machine.kind === 'role-instance') await recordInstances(db, machine.role, machine.activatedAt);
      await db.insertInto('token_uses').values(told.use).execute();
      await db.insertInto('machine_history').values(told.history).execute();
      await appendToChain(db, [told.audit]);
    });
  }

  recordSightings(sightings: readonly records.Sighting[]): Promise<void> {
    return this.#transactions.do(async (db) => {
      for (const { machine, seenAt, os, agentVersion } of sightings) {
        const seen = { last_seen_at: seenAt, os, agent_version: agentVersion };
        await db.updateTable('machines').set(seen).where('id', '=', machine).execute();
      }
    });
  }

  createApiKey(key: records.ApiKeyRecord, entry: records.AuditRecord): Promise<void> {
    return this.#transactions.do(async (db) => {
      await db.insertInto('api_keys').values(rows.apiKeyRow(key)).execute();
      await appendToChain(db, [entry]);
    });
  }

  findApiKey(id: string): Promise<records.ApiKeyRecord | undefined> {
    return this.#transactions.read(async (db) => {
      const row = await db.selectFrom('api_keys').selectAll().where('id', '=', id).executeTakeFirst();
      return row && rows.apiKeyOf(row);
    });
  }

  listApiKeys(): Promise<readonly records.ApiKeyRecord[]> {
    return this.#transactions.read(async (db) =>
      (await db.selectFrom('api_keys').selectAll().orderBy('created_at').orderBy('id').execute()).map(rows.apiKeyOf),
    );
  }

  removeApiKey(id: string, entry: records.AuditRecord): Promise<boolean> {
    return this.#transactions.do(async (db) => {
      const removed = await db.deleteFrom('api_keys').where('id', '=', id).executeTakeFirst();
      if (removed.numDeletedRows === 0n) return false;
      await appendToChain(db, [entry]);
      return true;
    });
  }

  recordKeyUses(uses: ReadonlyMap<string, number>): Promise<void> {
    return this.#transactions.do(async (db) => {
      for (const [id, at] of uses) {
        await db.updateTable('api_keys').set({ last_used_at: at }).where('id', '=', id).execute();
      }
    });
  }

  setFirstSecret(hash: string, createdAt: number): Promise<void> {
    return this.#transactions.do(async (db) => {
      await db.deleteFrom('first_secret').execute();
      await db.insertInto('first_secret').values({ only: 1, hash, created_at: createdAt }).execute();
    });
  }

  findFirstSecret(): Promise<string | undefined> {
    return this.#transactions.read(
      async (db) => (await db.selectFrom('first_secret').select('hash').executeTakeFirst())?.hash,
    );
  }

  claimFirstSecret(hash: string, key: records.ApiKeyRecord, entry: records.AuditRecord): Promise<boolean> {
    return this.#transactions.do(async (db) => {
      const taken = await db.deleteFrom('first_secret').where('hash', '=', hash).executeTakeFirst();
      if (taken.numDeletedRows === 0n) return false;
      await db.insertInto('api_keys').values(rows.apiKeyRow(key)).execute();
      await appendToChain(db, [entry]);
      return true;
    });
  }

  probe(): Promise<void> {
    return this.#transactions.read(async (db) => {
      await sql`select 1`.execute(db);
    });
  }

  close(): Promise<void> {
    return this.#close();
  }

  /** A change that policy depends on: done, and counted, together. */
  #change(subscription: SubscriptionId, work: Work<void>): Promise<number> {
    return this.#transactions.do(async (db) => {
      await work(db);
      const row = await db
        .updateTable('subscriptions')
        .set((row) => ({ policy_version: row('policy_version', '+', 1) }))
        .where('id', '=', subscription)
        .returning('policy_version')
        .executeTakeFirstOrThrow();
      return row.policy_version;
    });
  }
}
