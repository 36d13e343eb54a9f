/**
 * Writes the audit's entries in the transaction of what they tell of.
 */
import type { Transaction } from 'kysely';
import type { AuditRecord } from './records.ts';
import { auditRow } from './rows.ts';
import type { Tables } from './schema.ts';

/** Rows in one statement: 13 values each, SQLite binds 32,766 at most. */
const ROWS_AT_ONCE = 500;

export async function writeAudits(db: Transaction<Tables>, audits: readonly AuditRecord[]): Promise<void> {
  for (let at = 0; at < audits.length; at += ROWS_AT_ONCE) {
    const rows = audits.slice(at, at + ROWS_AT_ONCE).map(auditRow);
    await db.insertInto('audit').values(rows).execute();
  }
}
