/**
 * The SQL of each operation on a subscription's policy. Runs inside a transaction that somebody else
 * has begun; checks nothing.
 */
import type { Transaction } from 'kysely';
import { recordInstances } from './instance-counts.ts';
import type { PolicyOperation } from './operations.ts';
import { connectionRow, groupRow } from './rows.ts';
import type { Tables } from './schema.ts';

/** Ids in one statement: few enough for every engine (SQLite binds 32,766 values at most), many enough to be quick. */
const IDS_AT_ONCE = 1_000;

type Db = Transaction<Tables>;

export async function applyOperation(db: Db, operation: PolicyOperation): Promise<void> {
  switch (operation.do) {
    case 'create-group':
      await db.insertInto('groups').values(groupRow(operation.group)).execute();
      return;
    case 'change-group': {
      const { interconnected, ...texts } = operation.change;
      const set = { ...texts, ...(interconnected !== undefined && { interconnected: Number(interconnected) }) };
      await db
        .updateTable('groups')
        .set((row) => ({ ...set, version: row('version', '+', 1) }))
        .where('id', '=', operation.id)
        .execute();
      return;
    }
    case 'remove-group':
      await db
        .updateTable('machines')
        .set((row) => ({ group: null, version: row('version', '+', 1) }))
        .where('group', '=', operation.id)
        .execute();
      await db.deleteFrom('groups').where('id', '=', operation.id).execute();
      return;
    case 'create-role':
      await db.insertInto('roles').values(operation.role).execute();
      return;
    case 'change-role':
      await db
        .updateTable('roles')
        .set((row) => ({ ...operation.change, version: row('version', '+', 1) }))
        .where('id', '=', operation.id)
        .execute();
      return;
    case 'remove-role':
      await db.deleteFrom('roles').where('id', '=', operation.id).execute();
      return;
    case 'connect':
      await db.insertInto('connections').values(connectionRow(operation.connection)).execute();
      return;
    case 'disconnect':
      await db.deleteFrom('connections').where('id', '=', operation.id).execute();
      return;
    case 'change-machines': {
      const { disabled, ...rest } = operation.change;
      const set = { ...rest, ...(disabled !== undefined && { disabled: Number(disabled) }) };
      for (const ids of chunksOf(operation.ids)) {
        await db
          .updateTable('machines')
          .set((row) => ({ ...set, version: row('version', '+', 1) }))
          .where('id', 'in', ids)
          .execute();
      }
      return;
    }
    case 'remove-machines':
      for (const ids of chunksOf(operation.ids)) await db.deleteFrom('machines').where('id', 'in', ids).execute();
      return;
    case 'set-dns-routes':
      await db
        .updateTable('subscriptions')
        .set({ dns_routes: JSON.stringify(operation.routes) })
        .where('id', '=', operation.subscription)
        .execute();
      return;
    case 'count-instances':
      await recordInstances(db, operation.role, operation.at);
      return;
  }
}

function* chunksOf<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  for (let at = 0; at < items.length; at += IDS_AT_ONCE) yield items.slice(at, at + IDS_AT_ONCE);
}
