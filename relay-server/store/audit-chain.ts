/**
 * The audit as a chain: each entry has a number and the SHA-256 of itself and of all before it, so that one
 * that is changed, taken out or put in is found. The head says where the chain ends, and what was let go at
 * its beginning.
 *
 * Who can write the database can compute a whole chain anew. So heads are kept elsewhere (the server logs
 * them), and a chain can be asked whether it still contains one.
 */
import { createHash } from 'node:crypto';
import { type Insertable, type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import type { AuditRecord } from './records.ts';
import { auditRow } from './rows.ts';
import type { Tables } from './schema.ts';

type Row = Insertable<Tables['audit']>;

/** Where a chain stands: this many entries were ever written, and this is the hash of the last. */
export interface AuditHead {
  readonly position: number;
  readonly hash: string;
}

/** As the server logs it and `audit verify --contains` takes it. */
export function headText({ position, hash }: AuditHead): string {
  return `${position}:${hash}`;
}

export type AuditVerdict =
  | { readonly sound: true; readonly head: AuditHead; readonly entries: number; readonly from: number }
  | { readonly sound: false; readonly position: number; readonly issue: string };

/** Rows in one statement: 15 values each, SQLite binds 32,766 at most. */
const ROWS_AT_ONCE = 500;
const BEFORE_THE_FIRST = createHash('sha256').update('causeway audit v1\0').digest('hex');

/** @param before hash of the entry before. */
function hashOf(before: string, row: Omit<Row, 'hash'>): string {
  const { position, id, at, actor_kind, actor_id, actor_name, actor_address, action } = row;
  const { subscription, subscription_name, target_kind, target_id, target_name } = row;
  const said = [
    ...[position, id, at, actor_kind, actor_id, actor_name, actor_address, action],
    ...[subscription, subscription_name, target_kind, target_id, target_name, row.before, row.after],
  ].map((value) => value ?? null);
  return createHash('sha256')
    .update(`${before}\n${JSON.stringify(said)}`)
    .digest('hex');
}

/** Adds entries to the end, in the transaction of what they tell of; others wait for it at the head. */
export async function appendToChain(db: Transaction<Tables>, audits: readonly AuditRecord[]): Promise<void> {
  if (audits.length === 0) return;
  const { position: last, hash: lastHash } = await db
    .updateTable('audit_head')
    .set((head) => ({ position: head('position', '+', audits.length) }))
    .returning(['position', 'hash'])
    .executeTakeFirstOrThrow();
  let [position, hash] = [last - audits.length, lastHash];
  for (let at = 0; at < audits.length; at += ROWS_AT_ONCE) {
    const rows = audits.slice(at, at + ROWS_AT_ONCE).map((audit): Row => {
      const row = { ...auditRow(audit), position: ++position };
      hash = hashOf(hash, row);
      return { ...row, hash };
    });
    await db.insertInto('audit').values(rows).execute();
  }
  await db.updateTable('audit_head').set({ hash }).execute();
}

/** Lets all but the newest entries go. @returns how many went. */
export async function pruneChain(db: Transaction<Tables>, keep: number): Promise<number> {
  const { position } = await db.selectFrom('audit_head').select('position').executeTakeFirstOrThrow();
  const last = await db
    .selectFrom('audit')
    .select(['position', 'hash'])
    .where('position', '=', position - keep)
    .executeTakeFirst();
  if (last === undefined) return 0;
  const removed = await db.deleteFrom('audit').where('position', '<=', last.position).executeTakeFirst();
  await db.updateTable('audit_head').set({ pruned_position: last.position, pruned_hash: last.hash }).execute();
  return Number(removed.numDeletedRows);
}

export async function headOfChain(db: Kysely<Tables>): Promise<AuditHead> {
  return db.selectFrom('audit_head').select(['position', 'hash']).executeTakeFirstOrThrow();
}

/**
 * Looks at every entry. May run beside a server that goes on writing.
 * @param known a head from elsewhere, which the chain has to contain.
 */
export async function verifyChain(db: Kysely<Tables>, known?: AuditHead): Promise<AuditVerdict> {
  const head = await db.selectFrom('audit_head').selectAll().executeTakeFirst();
  if (head === undefined) return { sound: false, position: 0, issue: 'the head of the chain is gone' };
  let [position, hash] = [head.pruned_position, head.pruned_hash];
  const from = position + 1;
  let found = known === undefined || (known.position === position && known.hash === hash);
  for (;;) {
    const rows = await page(db, position);
    for (const row of rows) {
      if (row.position !== position + 1) {
        return { sound: false, position: position + 1, issue: 'an entry is missing' };
      }
      const { hash: said, ...entry } = row;
      hash = hashOf(hash, entry);
      if (said !== hash) return { sound: false, position: row.position, issue: 'it, or one before it, was changed' };
      position = row.position;
      found ||= known?.position === position && known.hash === hash;
    }
    if (rows.length < ROWS_AT_ONCE) break;
  }
  const unnumbered = await db.selectFrom('audit').select('id').where('position', '<', from).executeTakeFirst();
  if (unnumbered !== undefined) return { sound: false, position: from, issue: 'an entry stands before the first' };
  const end = await headOfChain(db);
  // The server may have written since the last page; what it wrote counts next time.
  if (end.position < position) return { sound: false, position, issue: 'there are entries after the last' };
  if (end.position === position && end.hash !== hash) {
    return { sound: false, position, issue: 'the head of the chain is not that of its last entry' };
  }
  if (head.position > position) return { sound: false, position: position + 1, issue: 'an entry is missing' };
  if (!found) {
    return { sound: false, position: known?.position ?? 0, issue: 'the chain does not contain the head that is known' };
  }
  return { sound: true, head: { position, hash }, entries: position - from + 1, from };
}

/** For a database from before there was a chain: numbers and links what is there, oldest first. */
export async function linkOldEntries(db: Transaction<Tables>): Promise<void> {
  let [position, hash, id] = [0, BEFORE_THE_FIRST, ''];
  for (;;) {
    const found = db.selectFrom('audit').selectAll().where('id', '>', id).orderBy('id').limit(ROWS_AT_ONCE);
    const rows = await found.execute();
    for (const row of rows) {
      position++;
      hash = hashOf(hash, { ...row, position });
      await db.updateTable('audit').set({ position, hash }).where('id', '=', row.id).execute();
      id = row.id;
    }
    if (rows.length < ROWS_AT_ONCE) break;
  }
  const pruned = { pruned_position: 0, pruned_hash: BEFORE_THE_FIRST };
  await db
    .insertInto('audit_head')
    .values({ only: 1, position, hash, ...pruned })
    .execute();
}

function page(db: Kysely<Tables>, after: number): Promise<Selectable<Tables['audit']>[]> {
  const found = db.selectFrom('audit').selectAll().where('position', '>', after);
  return found.orderBy(sql.ref('position')).limit(ROWS_AT_ONCE).execute();
}
