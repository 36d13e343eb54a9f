/**
 * What became of machines: when they came and went, what was changed about them, and the last
 * diagnostics of each. Bounded for every machine. Knows nothing of what the words mean.
 */
import { sql } from 'kysely';
import type { DiagnosticCheck } from '#protocol/diagnostics.ts';
import type { MachineId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { AuditRecord, HistoryRecord } from './records.ts';
import type { Transactions } from './transactions.ts';

/** Rows of one INSERT: four values each, under the 32,766 that SQLite takes and the 65,535 of PostgreSQL. */
const ROWS_AT_ONCE = 1_000;
/** A machine's history is cut back once this many were added to it: cutting costs more than adding. */
const CUT_EVERY = 20;

export interface HistoryStore {
  /** All in one transaction. Those of machines that are gone meanwhile are left out. */
  record(entries: readonly HistoryRecord[]): Promise<void>;
  /** Newest first, at most MACHINE_HISTORY_MAX. */
  of(machine: MachineId): Promise<readonly HistoryRecord[]>;
  /** What the audit says of one machine by itself, newest first, at most MACHINE_HISTORY_MAX. */
  auditOf(machine: MachineId): Promise<readonly Pick<AuditRecord, 'at' | 'action' | 'by' | 'before' | 'after'>[]>;

  /** Replaces the machine's last ones. */
  saveDiagnostics(machine: MachineId, at: number, checks: readonly DiagnosticCheck[]): Promise<void>;
  diagnosticsOf(machine: MachineId): Promise<{ at: number; checks: readonly DiagnosticCheck[] } | undefined>;
}

export class SqlHistoryStore implements HistoryStore {
  readonly #transactions: Transactions;
  /** Entries since the machine's history was last cut. */
  readonly #added = new Map<MachineId, number>();

  constructor(transactions: Transactions) {
    this.#transactions = transactions;
  }

  async record(entries: readonly HistoryRecord[]): Promise<void> {
    const full = this.#countAdded(entries);
    await this.#transactions.do(async (db) => {
      for (let at = 0; at < entries.length; at += ROWS_AT_ONCE) {
        const rows = entries.slice(at, at + ROWS_AT_ONCE);
        const known = await db
          .selectFrom('machines')
          .select('id')
          .where('id', 'in', [...new Set(rows.map(({ machine }) => machine))])
          .execute();
        const present = new Set(known.map(({ id }) => id));
        const kept = rows.filter(({ machine }) => present.has(machine));
        if (kept.length > 0)
          await db
            .insertInto('machine_history')
            .values([...kept])
            .execute();
      }
      for (const machine of full) {
        const latest = db
          .selectFrom('machine_history')
          .select('at')
          .where('machine', '=', machine)
          .orderBy('at', 'desc')
          .limit(1)
          .offset(LIMITS.MACHINE_HISTORY_MAX.value - 1);
        await db.deleteFrom('machine_history').where('machine', '=', machine).where('at', '<', latest).execute();
      }
    });
  }

  of(machine: MachineId): Promise<readonly HistoryRecord[]> {
    return this.#transactions.read(async (db) => {
      const found = db.selectFrom('machine_history').selectAll().where('machine', '=', machine);
      const rows = await found.orderBy('at', 'desc').limit(LIMITS.MACHINE_HISTORY_MAX.value).execute();
      return rows.map((row) => ({ ...row, machine, what: row.what as HistoryRecord['what'] }));
    });
  }

  auditOf(machine: MachineId): Promise<readonly Pick<AuditRecord, 'at' | 'action' | 'by' | 'before' | 'after'>[]> {
    return this.#transactions.read(async (db) => {
      const found = db.selectFrom('audit').selectAll().where('target_id', '=', machine);
      const rows = await found
        .where('target_kind', '=', 'machine')
        .orderBy('id', 'desc')
        .limit(LIMITS.MACHINE_HISTORY_MAX.value)
        .execute();
      return rows.map((row) => ({
        at: row.at,
        action: row.action,
        by: {
          kind: row.actor_kind as AuditRecord['by']['kind'],
          id: row.actor_id,
          name: row.actor_name,
          address: row.actor_address,
        },
        before: row.before === null ? null : JSON.parse(row.before),
        after: row.after === null ? null : JSON.parse(row.after),
      }));
    });
  }

  saveDiagnostics(machine: MachineId, at: number, checks: readonly DiagnosticCheck[]): Promise<void> {
    return this.#transactions.do(async (db) => {
      const row = { machine, at, checks: JSON.stringify(checks) };
      await db
        .insertInto('diagnostics')
        .values(row)
        .onConflict((conflict) => conflict.column('machine').doUpdateSet({ at, checks: sql`excluded.checks` }))
        .execute();
    });
  }

  diagnosticsOf(machine: MachineId): Promise<{ at: number; checks: readonly DiagnosticCheck[] } | undefined> {
    return this.#transactions.read(async (db) => {
      const row = await db.selectFrom('diagnostics').selectAll().where('machine', '=', machine).executeTakeFirst();
      return row && { at: row.at, checks: JSON.parse(row.checks) };
    });
  }

  /** @returns the machines whose history is to be cut now. */
  #countAdded(entries: readonly HistoryRecord[]): MachineId[] {
    const full: MachineId[] = [];
    for (const { machine } of entries) {
      const added = (this.#added.get(machine) ?? 0) + 1;
      this.#added.set(machine, added);
      if (added === CUT_EVERY) full.push(machine);
    }
    for (const machine of full) this.#added.delete(machine);
    return full;
  }
}
