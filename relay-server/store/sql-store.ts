/**
 * The store by SQL, the same queries for SQLite and PostgreSQL. Every method is one transaction, and
 * what the engine reports wrong comes out as a refusal of the catalogue.
 */
import { type Kysely, sql, type Transaction } from 'kysely';
import { CausewayError } from '#protocol/errors.ts';
import type { SubscriptionId } from '#protocol/ids.ts';
import { SqlHistoryStore } from './history-store.ts';
import { SqlInstallingStore } from './installing-store.ts';
import type * as records from './records.ts';
import * as rows from './rows.ts';
import type { Tables } from './schema.ts';
import type { DirectoryContents, Store, ToldOfArrival } from './store.ts';
import { Transactions, writeAudit } from './transactions.ts';

type Work<Result> = (db: Transaction<Tables>) => Promise<Result>;

export class SqlStore implements Store {
  readonly #db: Kysely<Tables>;
  readonly #translate: (error: unknown) => unknown;
  readonly #close: () => Promise<void>;
  readonly installing: SqlInstallingStore;
  readonly history: SqlHistoryStore;

  /** @param translate turns an engine's error into a refusal. @param close if there is more to close than `db`. */
  constructor(db: Kysely<Tables>, translate: (error: unknown) => unknown, close = () => db.destroy()) {
    this.#db = db;
    this.#translate = translate;
    this.#close = close;
    const transactions = new Transactions(db, translate);
    this.installing = new SqlInstallingStore(transactions);
    this.history = new SqlHistoryStore(transactions);
  }

  readDirectory(): Promise<DirectoryContents> {
    return this.#read(async (db) => ({
      subscriptions: (await db.selectFrom('subscriptions').selectAll().execute()).map(rows.subscriptionOf),
      groups: (await db.selectFrom('groups').selectAll().execute()).map(rows.groupOf),
      roles: (await db.selectFrom('roles').selectAll().execute()).map(rows.roleOf),
      machines: (await db.selectFrom('machines').selectAll().execute()).map(rows.machineOf),
      connections: (await db.selectFrom('connections').selectAll().execute()).map(rows.connectionOf),
    }));
  }

  createSubscription(subscription: records.SubscriptionRecord): Promise<void> {
    return this.#do(async (db) => {
      await db.insertInto('subscriptions').values(rows.subscriptionRow(subscription)).execute();
    });
  }

  renameSubscription(id: SubscriptionId, name: string): Promise<number> {
    return this.#change(id, async (db) => {
      await db.updateTable('subscriptions').set({ name }).where('id', '=', id).execute();
    });
  }

  removeSubscription(id: SubscriptionId): Promise<void> {
    return this.#do(async (db) => {
      await db.deleteFrom('subscriptions').where('id', '=', id).execute();
    });
  }

  createGroup(group: records.GroupRecord): Promise<number> {
    return this.#change(group.subscription, async (db) => {
      await db.insertInto('groups').values(rows.groupRow(group)).execute();
    });
  }

  changeGroup(subscription: SubscriptionId, id: string, change: records.GroupChange): Promise<number> {
    const { interconnected, ...texts } = change;
    return this.#change(subscription, async (db) => {
      await db
        .updateTable('groups')
        .set({ id, ...texts, ...(interconnected !== undefined && { interconnected: Number(interconnected) }) })
        .where('id', '=', id)
        .execute();
    });
  }

  removeGroup(subscription: SubscriptionId, id: string): Promise<number> {
    return this.#change(subscription, async (db) => {
      await db.deleteFrom('groups').where('id', '=', id).execute();
    });
  }

  createRole(role: records.RoleRecord): Promise<number> {
    return this.#change(role.subscription, async (db) => {
      await db.insertInto('roles').values(role).execute();
    });
  }

  changeRole(subscription: SubscriptionId, id: string, change: records.RoleChange): Promise<number> {
    return this.#change(subscription, async (db) => {
      await db
        .updateTable('roles')
        .set({ id, ...change })
        .where('id', '=', id)
        .execute();
    });
  }

  removeRole(subscription: SubscriptionId, id: string): Promise<number> {
    return this.#change(subscription, async (db) => {
      await db.deleteFrom('roles').where('id', '=', id).execute();
    });
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
      await db.insertInto('token_uses').values(told.use).execute();
      await db.insertInto('machine_history').values(told.history).execute();
      await writeAudit(db, told.audit);
    });
  }

  changeMachine(subscription: SubscriptionId, id: string, change: records.MachineChange): Promise<number> {
    const { disabled, ...rest } = change;
    return this.#change(subscription, async (db) => {
      await db
        .updateTable('machines')
        .set({ id, ...rest, ...(disabled !== undefined && { disabled: Number(disabled) }) })
        .where('id', '=', id)
        .execute();
    });
  }

  removeMachine(subscription: SubscriptionId, id: string): Promise<number> {
    return this.#change(subscription, async (db) => {
      await db.deleteFrom('machines').where('id', '=', id).execute();
    });
  }

  recordSightings(sightings: readonly records.Sighting[]): Promise<void> {
    return this.#do(async (db) => {
      for (const { machine, seenAt, os, agentVersion } of sightings) {
        const seen = { last_seen_at: seenAt, os, agent_version: agentVersion };
        await db.updateTable('machines').set(seen).where('id', '=', machine).execute();
      }
    });
  }

  connect(connection: records.ConnectionRecord): Promise<number> {
    return this.#change(connection.subscription, async (db) => {
      await db.insertInto('connections').values(rows.connectionRow(connection)).execute();
    });
  }

  disconnect(subscription: SubscriptionId, id: string): Promise<number> {
    return this.#change(subscription, async (db) => {
      await db.deleteFrom('connections').where('id', '=', id).execute();
    });
  }

  createApiKey(key: records.ApiKeyRecord): Promise<void> {
    return this.#do(async (db) => {
      await db.insertInto('api_keys').values(rows.apiKeyRow(key)).execute();
    });
  }

  findApiKey(id: string): Promise<records.ApiKeyRecord | undefined> {
    return this.#read(async (db) => {
      const row = await db.selectFrom('api_keys').selectAll().where('id', '=', id).executeTakeFirst();
      return row && rows.apiKeyOf(row);
    });
  }

  listApiKeys(): Promise<readonly records.ApiKeyRecord[]> {
    return this.#read(async (db) =>
      (await db.selectFrom('api_keys').selectAll().orderBy('created_at').orderBy('id').execute()).map(rows.apiKeyOf),
    );
  }

  removeApiKey(id: string): Promise<boolean> {
    return this.#do(async (db) => {
      const removed = await db.deleteFrom('api_keys').where('id', '=', id).executeTakeFirst();
      return removed.numDeletedRows > 0n;
    });
  }

  recordKeyUses(uses: ReadonlyMap<string, number>): Promise<void> {
    return this.#do(async (db) => {
      for (const [id, at] of uses) {
        await db.updateTable('api_keys').set({ last_used_at: at }).where('id', '=', id).execute();
      }
    });
  }

  setFirstSecret(hash: string, createdAt: number): Promise<void> {
    return this.#do(async (db) => {
      await db.deleteFrom('first_secret').execute();
      await db.insertInto('first_secret').values({ only: 1, hash, created_at: createdAt }).execute();
    });
  }

  findFirstSecret(): Promise<string | undefined> {
    return this.#read(async (db) => (await db.selectFrom('first_secret').select('hash').executeTakeFirst())?.hash);
  }

  claimFirstSecret(hash: string, key: records.ApiKeyRecord): Promise<boolean> {
    return this.#do(async (db) => {
      const taken = await db.deleteFrom('first_secret').where('hash', '=', hash).executeTakeFirst();
      if (taken.numDeletedRows === 0n) return false;
      await db.insertInto('api_keys').values(rows.apiKeyRow(key)).execute();
      return true;
    });
  }

  probe(): Promise<void> {
    return this.#read(async (db) => {
      await sql`select 1`.execute(db);
    });
  }

  close(): Promise<void> {
    return this.#close();
  }

  /** A change that policy depends on: done, and counted, together. */
  #change(subscription: SubscriptionId, work: Work<void>): Promise<number> {
    return this.#do(async (db) => {
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

  /** Without a transaction, so that it works on a disk that takes no writes. */
  async #read<Result>(work: (db: Kysely<Tables>) => Promise<Result>): Promise<Result> {
    try {
      return await work(this.#db);
    } catch (error) {
      throw this.#translate(error);
    }
  }

  async #do<Result>(work: Work<Result>): Promise<Result> {
    try {
      return await this.#db.transaction().execute(work);
    } catch (error) {
      throw this.#translate(error);
    }
  }
}
