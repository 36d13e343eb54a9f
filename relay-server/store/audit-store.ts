/**
 * The audit in the database. Entries are only ever added, by whoever changes something in the same
 * transaction (audit-chain.ts), and the oldest go when there are too many.
 */
import { type Expression, type SqlBool, sql } from 'kysely';
import {
  type AuditHead,
  type AuditVerdict,
  appendToChain,
  headOfChain,
  pruneChain,
  verifyChain,
} from './audit-chain.ts';
import { auditOf } from './people-rows.ts';
import type { AuditRecord } from './records.ts';
import type { Transactions } from './transactions.ts';

/** What to look for; all of it must fit. */
export interface AuditFilter {
  /** Id of a subscription, or the name that it had. */
  readonly subscription?: string | undefined;
  /** Whole action or its first word. */
  readonly action?: string | undefined;
  /** Part of the name of who did it or of what it was done to, in any case. */
  readonly search?: string | undefined;
  /** Milliseconds, the first included, the second not. */
  readonly from?: number | undefined;
  readonly until?: number | undefined;
}

export interface AuditStore {
  /** For what is no change of anything else that is stored. */
  append(entries: readonly AuditRecord[]): Promise<void>;
  /** Newest first. @param before only entries older than the one with this id. */
  list(filter: AuditFilter, before: string | undefined, limit: number): Promise<readonly AuditRecord[]>;
  /** Name of who last did something to the target; undefined if nobody has. */
  lastActor(targetId: string): Promise<string | undefined>;
  /** Removes the oldest entries. @returns how many there were over `keep`. */
  prune(keep: number): Promise<number>;
  /** To be kept where this database is not. */
  head(): Promise<AuditHead>;
  /** Whether all entries are as they were written. */
  verify(known?: AuditHead): Promise<AuditVerdict>;
}

export class SqlAuditStore implements AuditStore {
  readonly #transactions: Transactions;

  constructor(transactions: Transactions) {
    this.#transactions = transactions;
  }

  append(entries: readonly AuditRecord[]): Promise<void> {
    return this.#transactions.do((db) => appendToChain(db, entries));
  }

  list(filter: AuditFilter, before: string | undefined, limit: number): Promise<readonly AuditRecord[]> {
    const { subscription, action, search, from, until } = filter;
    return this.#transactions.read(async (db) => {
      let query = db.selectFrom('audit').selectAll();
      if (before !== undefined) query = query.where('id', '<', before);
      if (from !== undefined) query = query.where('at', '>=', from);
      if (until !== undefined) query = query.where('at', '<', until);
      if (subscription !== undefined) {
        query = query.where((row) =>
          row.or([row('subscription', '=', subscription), row('subscription_name', '=', subscription)]),
        );
      }
      if (action !== undefined) {
        query = query.where((row) =>
          row.or([row('action', '=', action), like(row.ref('action'), `${escaped(action)}.%`)]),
        );
      }
      if (search !== undefined) {
        const part = `%${escaped(search.toLowerCase())}%`;
        query = query.where((row) =>
          row.or([
            like(row.fn('lower', ['actor_name']), part),
            like(row.fn('lower', [row.fn.coalesce('target_name', sql.lit(''))]), part),
          ]),
        );
      }
      return (await query.orderBy('id', 'desc').limit(limit).execute()).map(auditOf);
    });
  }

  lastActor(targetId: string): Promise<string | undefined> {
    return this.#transactions.read(async (db) => {
      const found = db.selectFrom('audit').select('actor_name').where('target_id', '=', targetId);
      return (await found.orderBy('id', 'desc').limit(1).executeTakeFirst())?.actor_name;
    });
  }

  prune(keep: number): Promise<number> {
    return this.#transactions.do((db) => pruneChain(db, keep));
  }

  head(): Promise<AuditHead> {
    return this.#transactions.read(headOfChain);
  }

  verify(known?: AuditHead): Promise<AuditVerdict> {
    return this.#transactions.read((db) => verifyChain(db, known));
  }
}

function like(text: Expression<unknown>, pattern: string): Expression<SqlBool> {
  return sql<SqlBool>`${text} like ${pattern} escape '!'`;
}

function escaped(text: string): string {
  return text.replace(/[!%_]/g, '!$&');
}
