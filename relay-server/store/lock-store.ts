/**
 * The lock of each subscription in the database: the statements that lead to the present one, the certificates
 * of machines, and the delegations of tokens. All of it is signed elsewhere; nothing here can sign.
 */
import type { MachineId, SubscriptionId } from '#protocol/ids.ts';
import { appendToChain } from './audit-chain.ts';
import type { AuditRecord } from './records.ts';
import type { Transactions } from './transactions.ts';

export interface LockStepRecord {
  readonly subscription: SubscriptionId;
  readonly sequence: number;
  readonly kind: 'statement' | 'release';
  /** The statement, or the recovery secret, which is none any more. */
  readonly text: string;
}

export interface CertificateRecord {
  readonly subscription: SubscriptionId;
  readonly machine: MachineId;
  /** As it was when it was signed. */
  readonly name: string;
  readonly text: string;
}

/** One step of a lock, done together. */
export interface LockWrite {
  readonly step: LockStepRecord | null;
  /** Number of a statement that the new one makes superfluous. */
  readonly drop: number | null;
  readonly certificates: readonly CertificateRecord[];
  /** Machines whose certificates count no more. */
  readonly forget: readonly MachineId[];
  /** Delegations, by the ids of their tokens. */
  readonly delegations: readonly { readonly token: string; readonly text: string }[];
}

export interface LockContents {
  /** In order. */
  readonly steps: readonly LockStepRecord[];
  readonly certificates: readonly CertificateRecord[];
}

export interface LockStore {
  read(): Promise<LockContents>;
  write(subscription: SubscriptionId, change: LockWrite, audits: readonly AuditRecord[]): Promise<void>;
  /** By the ids of tokens. */
  delegations(subscription: SubscriptionId): Promise<ReadonlyMap<string, string>>;
}

const ROWS_AT_ONCE = 500;

export class SqlLockStore implements LockStore {
  readonly #transactions: Transactions;

  constructor(transactions: Transactions) {
    this.#transactions = transactions;
  }

  read(): Promise<LockContents> {
    return this.#transactions.read(async (db) => ({
      steps: (await db.selectFrom('lock_steps').selectAll().orderBy('sequence').execute()) as LockStepRecord[],
      certificates: (await db.selectFrom('lock_certificates').selectAll().execute()) as CertificateRecord[],
    }));
  }

  write(subscription: SubscriptionId, change: LockWrite, audits: readonly AuditRecord[]): Promise<void> {
    const { step, drop, certificates, forget, delegations } = change;
    return this.#transactions.do(async (db) => {
      if (drop !== null) {
        const dropped = db.deleteFrom('lock_steps').where('subscription', '=', subscription);
        await dropped.where('sequence', '=', drop).execute();
      }
      if (step !== null) await db.insertInto('lock_steps').values(step).execute();
      const gone = [...forget, ...certificates.map(({ machine }) => machine)];
      for (let at = 0; at < gone.length; at += ROWS_AT_ONCE) {
        const machines = gone.slice(at, at + ROWS_AT_ONCE);
        await db.deleteFrom('lock_certificates').where('machine', 'in', machines).execute();
      }
      for (let at = 0; at < certificates.length; at += ROWS_AT_ONCE) {
        await db
          .insertInto('lock_certificates')
          .values(certificates.slice(at, at + ROWS_AT_ONCE))
          .execute();
      }
      for (const { token, text } of delegations) {
        await db
          .updateTable('tokens')
          .set({ delegation: text })
          .where('id', '=', token)
          .where('subscription', '=', subscription)
          .execute();
      }
      await appendToChain(db, audits);
    });
  }

  delegations(subscription: SubscriptionId): Promise<ReadonlyMap<string, string>> {
    return this.#transactions.read(async (db) => {
      const found = db.selectFrom('tokens').select(['id', 'delegation']).where('subscription', '=', subscription);
      const rows = await found.where('delegation', 'is not', null).execute();
      return new Map(rows.map(({ id, delegation }) => [id, delegation ?? '']));
    });
  }
}
