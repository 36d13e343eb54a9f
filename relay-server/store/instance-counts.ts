/**
 * How many instances a role had over time: a point whenever the number changed, the last thousand of
 * each role.
 */
import type { Kysely, Transaction } from 'kysely';
import type { RoleId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { InstanceCountRecord } from './records.ts';
import type { Tables } from './schema.ts';

/** In the transaction that changes the number, after it has. Several changes at one time are one point. */
export async function recordInstances(db: Transaction<Tables>, role: RoleId, at: number): Promise<void> {
  const { instances } = await db
    .selectFrom('machines')
    .where('role', '=', role)
    .select((row) => row.fn.countAll<number | string>().as('instances'))
    .executeTakeFirstOrThrow();
  const ofRole = () => db.deleteFrom('instance_counts').where('role', '=', role);
  await ofRole().where('at', '=', at).execute();
  await db
    .insertInto('instance_counts')
    .values({ role, at, instances: Number(instances) })
    .execute();
  const oldest = await db
    .selectFrom('instance_counts')
    .select('at')
    .where('role', '=', role)
    .orderBy('at', 'desc')
    .offset(LIMITS.INSTANCE_COUNTS_MAX.value - 1)
    .limit(1)
    .executeTakeFirst();
  if (oldest !== undefined) await ofRole().where('at', '<', oldest.at).execute();
}

/** Oldest first. */
export async function readInstanceCounts(db: Kysely<Tables>, role: RoleId): Promise<readonly InstanceCountRecord[]> {
  const rows = await db.selectFrom('instance_counts').selectAll().where('role', '=', role).orderBy('at').execute();
  return rows.map(({ at, instances }) => ({ role, at, instances }));
}
