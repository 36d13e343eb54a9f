/**
 * Activation tokens, the install links that carry them, and who came by which. Changes are written
 * together with their audit entries. Knows nothing of when a token may be used.
 */
import type { Insertable, Selectable } from 'kysely';
import { sql } from 'kysely';
import type { MachineId, SubscriptionId } from '#protocol/ids.ts';
import { appendToChain } from './audit-chain.ts';
import type { AuditRecord, InstallLinkRecord, TokenRecord, TokenUseRecord } from './records.ts';
import { tokenOf, tokenRow } from './rows.ts';
import type { Tables } from './schema.ts';
import type { Transactions } from './transactions.ts';

export type InstallLinkChange = Partial<Pick<InstallLinkRecord, 'enabled' | 'expiresAt'>>;

export interface InstallingStore {
  createToken(token: TokenRecord, audit: AuditRecord): Promise<void>;
  /** Newest first. */
  listTokens(subscription: SubscriptionId): Promise<readonly TokenRecord[]>;
  findToken(subscription: SubscriptionId, secretHash: string): Promise<TokenRecord | undefined>;
  /** Revoking twice keeps the first time. @returns whether there is such a token; if not, nothing is written. */
  revokeToken(subscription: SubscriptionId, id: string, at: number, audit: AuditRecord): Promise<boolean>;
  /** Newest first, as many as `limit`. */
  listUses(token: string, limit: number): Promise<readonly TokenUseRecord[]>;
  /** How many machines came by each token of a subscription; none is not in it. */
  countUses(subscription: SubscriptionId): Promise<ReadonlyMap<string, number>>;

  /** The link with its token. */
  createLink(link: InstallLinkRecord, token: TokenRecord, audit: AuditRecord): Promise<void>;
  /** Newest first. */
  listLinks(subscription: SubscriptionId): Promise<readonly InstallLinkRecord[]>;
  findLink(id: string): Promise<{ link: InstallLinkRecord; token: TokenRecord } | undefined>;
  findLinkOfToken(token: string): Promise<InstallLinkRecord | undefined>;
  /** When a link expires, its token does. */
  changeLink(link: InstallLinkRecord, change: InstallLinkChange, audit: AuditRecord): Promise<void>;
  /** Its token is revoked. */
  removeLink(link: InstallLinkRecord, at: number, audit: AuditRecord): Promise<void>;
}

export class SqlInstallingStore implements InstallingStore {
  readonly #transactions: Transactions;

  constructor(transactions: Transactions) {
    this.#transactions = transactions;
  }

  createToken(token: TokenRecord, audit: AuditRecord): Promise<void> {
    return this.#transactions.do(async (db) => {
      await db.insertInto('tokens').values(tokenRow(token)).execute();
      await appendToChain(db, [audit]);
    });
  }

  listTokens(subscription: SubscriptionId): Promise<readonly TokenRecord[]> {
    return this.#transactions.read(async (db) => {
      const found = db.selectFrom('tokens').selectAll().where('subscription', '=', subscription);
      return (await found.orderBy('created_at', 'desc').orderBy('id').execute()).map(tokenOf);
    });
  }

  findToken(subscription: SubscriptionId, secretHash: string): Promise<TokenRecord | undefined> {
    return this.#transactions.read(async (db) => {
      const found = db.selectFrom('tokens').selectAll().where('secret_hash', '=', secretHash);
      const row = await found.where('subscription', '=', subscription).executeTakeFirst();
      return row && tokenOf(row);
    });
  }

  revokeToken(subscription: SubscriptionId, id: string, at: number, audit: AuditRecord): Promise<boolean> {
    return this.#transactions.do(async (db) => {
      const revoked = await db
        .updateTable('tokens')
        .set((token) => ({ revoked_at: token.fn.coalesce('revoked_at', sql<number>`cast(${at} as bigint)`) }))
        .where('id', '=', id)
        .where('subscription', '=', subscription)
        .executeTakeFirst();
      if (revoked.numUpdatedRows === 0n) return false;
      await appendToChain(db, [audit]);
      return true;
    });
  }

  listUses(token: string, limit: number): Promise<readonly TokenUseRecord[]> {
    return this.#transactions.read(async (db) => {
      const found = db.selectFrom('token_uses').selectAll().where('token', '=', token);
      const rows = await found.orderBy('at', 'desc').limit(limit).execute();
      return rows.map((row) => ({ ...row, machine: row.machine as MachineId }));
    });
  }

  countUses(subscription: SubscriptionId): Promise<ReadonlyMap<string, number>> {
    return this.#transactions.read(async (db) => {
      const rows = await db
        .selectFrom('token_uses')
        .innerJoin('tokens', 'tokens.id', 'token_uses.token')
        .where('tokens.subscription', '=', subscription)
        .groupBy('token_uses.token')
        .select((use) => ['token_uses.token', use.fn.countAll<number | string>().as('uses')])
        .execute();
      return new Map(rows.map(({ token, uses }) => [token, Number(uses)]));
    });
  }

  createLink(link: InstallLinkRecord, token: TokenRecord, audit: AuditRecord): Promise<void> {
    return this.#transactions.do(async (db) => {
      await db.insertInto('tokens').values(tokenRow(token)).execute();
      await db.insertInto('install_links').values(linkRow(link)).execute();
      await appendToChain(db, [audit]);
    });
  }

  listLinks(subscription: SubscriptionId): Promise<readonly InstallLinkRecord[]> {
    return this.#transactions.read(async (db) => {
      const found = db.selectFrom('install_links').selectAll().where('subscription', '=', subscription);
      return (await found.orderBy('created_at', 'desc').orderBy('id').execute()).map(linkOf);
    });
  }

  findLink(id: string): Promise<{ link: InstallLinkRecord; token: TokenRecord } | undefined> {
    return this.#transactions.read(async (db) => {
      const link = await db.selectFrom('install_links').selectAll().where('id', '=', id).executeTakeFirst();
      if (link === undefined) return undefined;
      const token = await db.selectFrom('tokens').selectAll().where('id', '=', link.token).executeTakeFirst();
      return token && { link: linkOf(link), token: tokenOf(token) };
    });
  }

  findLinkOfToken(token: string): Promise<InstallLinkRecord | undefined> {
    return this.#transactions.read(async (db) => {
      const row = await db.selectFrom('install_links').selectAll().where('token', '=', token).executeTakeFirst();
      return row && linkOf(row);
    });
  }

  changeLink(link: InstallLinkRecord, change: InstallLinkChange, audit: AuditRecord): Promise<void> {
    const { enabled, expiresAt } = { ...link, ...change };
    return this.#transactions.do(async (db) => {
      const set = { enabled: Number(enabled), expires_at: expiresAt };
      await db.updateTable('install_links').set(set).where('id', '=', link.id).execute();
      await db.updateTable('tokens').set({ expires_at: expiresAt }).where('id', '=', link.token).execute();
      await appendToChain(db, [audit]);
    });
  }

  removeLink(link: InstallLinkRecord, at: number, audit: AuditRecord): Promise<void> {
    return this.#transactions.do(async (db) => {
      await db.deleteFrom('install_links').where('id', '=', link.id).execute();
      await db
        .updateTable('tokens')
        .set({ revoked_at: at })
        .where('id', '=', link.token)
        .where('revoked_at', 'is', null)
        .execute();
      await appendToChain(db, [audit]);
    });
  }
}

const linkRow = (record: InstallLinkRecord): Insertable<Tables['install_links']> => ({
  id: record.id,
  subscription: record.subscription,
  token: record.token,
  description: record.description,
  enabled: Number(record.enabled),
  created_at: record.createdAt,
  expires_at: record.expiresAt,
});

const linkOf = (row: Selectable<Tables['install_links']>): InstallLinkRecord => ({
  id: row.id,
  subscription: row.subscription as SubscriptionId,
  token: row.token,
  description: row.description,
  enabled: row.enabled === 1,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
});
