/**
 * How every part of the store speaks to its database: what the engine reports wrong comes out as a
 * refusal of the catalogue. Knows no tables but the audit's, whose entries go with changes of all kinds.
 */
import type { Kysely, Transaction } from 'kysely';
import type { AuditRecord } from './records.ts';
import { auditRow } from './rows.ts';
import type { Tables } from './schema.ts';

export type Work<Result> = (db: Transaction<Tables>) => Promise<Result>;

export class Transactions {
  readonly #db: Kysely<Tables>;
  readonly #translate: (error: unknown) => unknown;

  /** @param translate turns an engine's error into a refusal. */
  constructor(db: Kysely<Tables>, translate: (error: unknown) => unknown) {
    this.#db = db;
    this.#translate = translate;
  }

  /** Without a transaction, so that it works on a disk that takes no writes. */
  async read<Result>(work: (db: Kysely<Tables>) => Promise<Result>): Promise<Result> {
    try {
      return await work(this.#db);
    } catch (error) {
      throw this.#translate(error);
    }
  }

  /** Done and on disk when it resolves, or nothing has changed. */
  async do<Result>(work: Work<Result>): Promise<Result> {
    try {
      return await this.#db.transaction().execute(work);
    } catch (error) {
      throw this.#translate(error);
    }
  }
}

export async function writeAudit(db: Transaction<Tables>, entry: AuditRecord): Promise<void> {
  await db.insertInto('audit').values(auditRow(entry)).execute();
}
