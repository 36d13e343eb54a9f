/**
 * How a database comes to the present schema: numbered steps, each done once and never changed again.
 * The number reached stands in the table schema_version. Runs the same on SQLite and PostgreSQL.
 */
import { type CreateTableBuilder, type Kysely, sql, type Transaction } from 'kysely';
import { CausewayError } from '#protocol/errors.ts';
import { linkOldEntries } from './audit-chain.ts';
import type { Tables } from './schema.ts';

type Step = (db: Transaction<Tables>) => Promise<void>;

const STEPS: readonly Step[] = [firstTables, peopleAndAudit, onPremisesSuffixes, subscriptionLock, auditChain];

/**
 * @param path names the database in errors.
 * @throws CausewayError STATE_TOO_NEW when a newer program has written it; nothing is changed then.
 */
export async function migrate(db: Kysely<Tables>, path: string): Promise<void> {
  await db.schema.createTable('schema_version').ifNotExists().addColumn('version', 'integer', notNull).execute();
  await db.transaction().execute(async (transaction) => {
    const row = await transaction.selectFrom('schema_version').select('version').executeTakeFirst();
    const found = row?.version ?? 0;
    if (found > STEPS.length) throw new CausewayError('STATE_TOO_NEW', { path, found, known: STEPS.length });
    if (found === STEPS.length) return;
    for (const step of STEPS.slice(found)) await step(transaction);
    await transaction.deleteFrom('schema_version').execute();
    await transaction.insertInto('schema_version').values({ version: STEPS.length }).execute();
  });
}

async function firstTables(db: Transaction<Tables>): Promise<void> {
  await table(db, 'subscriptions')
    .addColumn('name', 'text', (column) => column.notNull().unique())
    .addColumn('created_at', 'bigint', notNull)
    .addColumn('policy_version', 'integer', notNull)
    .execute();
  await ofSubscription(table(db, 'groups'))
    .addColumn('name', 'text', notNull)
    .addColumn('description', 'text', notNull)
    .addColumn('interconnected', 'integer', notNull)
    .addUniqueConstraint('groups_name', ['subscription', 'name'])
    .execute();
  await ofSubscription(table(db, 'roles'))
    .addColumn('name', 'text', notNull)
    .addColumn('description', 'text', notNull)
    .addUniqueConstraint('roles_name', ['subscription', 'name'])
    .execute();
  await ofSubscription(table(db, 'machines'))
    .addColumn('name', 'text', notNull)
    .addColumn('ipv4', 'text', notNull)
    .addColumn('ipv6', 'text', notNull)
    .addColumn('signing_key', 'text', notNull)
    .addColumn('tunnel_key', 'text', notNull)
    .addColumn('role', 'text', (column) => column.references('roles.id').onDelete('cascade'))
    .addColumn('group', 'text', (column) => column.references('groups.id').onDelete('set null'))
    .addColumn('disabled', 'integer', notNull)
    .addColumn('os', 'text', notNull)
    .addColumn('agent_version', 'text', notNull)
    .addColumn('activated_at', 'bigint', notNull)
    .addColumn('last_seen_at', 'bigint')
    .addUniqueConstraint('machines_name', ['subscription', 'name'])
    .addUniqueConstraint('machines_ipv4', ['subscription', 'ipv4'])
    .addUniqueConstraint('machines_signing_key', ['subscription', 'signing_key'])
    .addCheckConstraint('machines_side', sql`role is null or "group" is null`)
    .execute();
  await ofSubscription(table(db, 'connections'))
    .addColumn('group', 'text', (column) => column.notNull().references('groups.id').onDelete('cascade'))
    .addColumn('other_group', 'text', (column) => column.references('groups.id').onDelete('cascade'))
    .addColumn('other_role', 'text', (column) => column.references('roles.id').onDelete('cascade'))
    .addColumn('created_at', 'bigint', notNull)
    .addCheckConstraint('connections_other', sql`(other_group is null) <> (other_role is null)`)
    .execute();
  await ofSubscription(table(db, 'tokens'))
    .addColumn('secret_hash', 'text', (column) => column.notNull().unique())
    .addColumn('description', 'text', notNull)
    .addColumn('created_at', 'bigint', notNull)
    .addColumn('expires_at', 'bigint')
    .addColumn('uses_total', 'integer')
    .addColumn('uses_left', 'integer')
    .addColumn('revoked_at', 'bigint')
    .addColumn('group', 'text', (column) => column.references('groups.id').onDelete('set null'))
    .addColumn('role', 'text', (column) => column.references('roles.id').onDelete('cascade'))
    .execute();
  await table(db, 'api_keys')
    .addColumn('hash', 'text', notNull)
    .addColumn('description', 'text', notNull)
    .addColumn('created_at', 'bigint', notNull)
    .addColumn('last_used_at', 'bigint')
    .execute();
  await db.schema
    .createTable('first_secret')
    .addColumn('only', 'integer', (column) => column.primaryKey().check(sql`"only" = 1`))
    .addColumn('hash', 'text', notNull)
    .addColumn('created_at', 'bigint', notNull)
    .execute();
  // Foreign keys are looked up from the referred side on every delete.
  for (const [name, column] of [
    ['machines', 'group'],
    ['machines', 'role'],
    ['connections', 'group'],
    ['connections', 'subscription'],
    ['tokens', 'subscription'],
  ] as const) {
    await db.schema.createIndex(`${name}_by_${column}`).on(name).column(column).execute();
  }
}

/** What the portal needs: people, the audit, versions for changes made side by side, install links. */
async function peopleAndAudit(db: Transaction<Tables>): Promise<void> {
  for (const name of ['subscriptions', 'groups', 'roles', 'machines'] as const) {
    await db.schema
      .alterTable(name)
      .addColumn('version', 'integer', (column) => column.notNull().defaultTo(1))
      .execute();
  }
  // Keys made before there were rights could do everything.
  const keys = () => db.schema.alterTable('api_keys');
  await keys()
    .addColumn('rights', 'text', (column) => column.notNull().defaultTo('owner'))
    .execute();
  await keys()
    .addColumn('subscription', 'text', (column) => column.references('subscriptions.id').onDelete('cascade'))
    .execute();
  await keys()
    .addColumn('created_by', 'text', (column) => column.notNull().defaultTo(''))
    .execute();
  await keys().addColumn('expires_at', 'bigint').execute();
  await ofSubscription(table(db, 'install_links'))
    .addColumn('token', 'text', (column) => column.notNull().references('tokens.id').onDelete('cascade'))
    .addColumn('description', 'text', notNull)
    .addColumn('enabled', 'integer', notNull)
    .addColumn('created_at', 'bigint', notNull)
    .addColumn('expires_at', 'bigint')
    .execute();
  await db.schema
    .createTable('token_uses')
    .addColumn('token', 'text', (column) => column.notNull().references('tokens.id').onDelete('cascade'))
    .addColumn('machine', 'text', notNull)
    .addColumn('name', 'text', notNull)
    .addColumn('at', 'bigint', notNull)
    .addColumn('address', 'text', notNull)
    .execute();
  await table(db, 'people')
    .addColumn('name', 'text', (column) => column.notNull().unique())
    .addColumn('display_name', 'text', notNull)
    .addColumn('rights', 'text', notNull)
    .addColumn('password_hash', 'text')
    .addColumn('totp_secret', 'text')
    .addColumn('totp_last_step', 'bigint', notNull)
    .addColumn('oidc_subject', 'text', (column) => column.unique())
    .addColumn('disabled', 'integer', notNull)
    .addColumn('created_at', 'bigint', notNull)
    .addColumn('last_sign_in_at', 'bigint')
    .addColumn('version', 'integer', notNull)
    .execute();
  await table(db, 'sessions')
    .addColumn('person', 'text', (column) => column.notNull().references('people.id').onDelete('cascade'))
    .addColumn('created_at', 'bigint', notNull)
    .addColumn('last_used_at', 'bigint', notNull)
    .addColumn('expires_at', 'bigint', notNull)
    .addColumn('address', 'text', notNull)
    .addColumn('browser', 'text', notNull)
    .execute();
  await table(db, 'audit')
    .addColumn('at', 'bigint', notNull)
    .addColumn('actor_kind', 'text', notNull)
    .addColumn('actor_id', 'text', notNull)
    .addColumn('actor_name', 'text', notNull)
    .addColumn('actor_address', 'text', notNull)
    .addColumn('action', 'text', notNull)
    .addColumn('subscription', 'text')
    .addColumn('subscription_name', 'text')
    .addColumn('target_kind', 'text')
    .addColumn('target_id', 'text')
    .addColumn('target_name', 'text')
    .addColumn('before', 'text')
    .addColumn('after', 'text')
    .execute();
  await db.schema
    .createTable('machine_history')
    .addColumn('machine', 'text', (column) => column.notNull().references('machines.id').onDelete('cascade'))
    .addColumn('at', 'bigint', notNull)
    .addColumn('what', 'text', notNull)
    .addColumn('sentence', 'text', notNull)
    .execute();
  await db.schema
    .createTable('instance_counts')
    .addColumn('role', 'text', (column) => column.notNull().references('roles.id').onDelete('cascade'))
    .addColumn('at', 'bigint', notNull)
    .addColumn('instances', 'integer', notNull)
    .execute();
  await db.schema
    .createTable('diagnostics')
    .addColumn('machine', 'text', (column) => column.primaryKey().references('machines.id').onDelete('cascade'))
    .addColumn('at', 'bigint', notNull)
    .addColumn('checks', 'text', notNull)
    .execute();
  for (const [name, columns] of [
    ['install_links', ['subscription']],
    ['token_uses', ['token']],
    ['sessions', ['person']],
    ['machine_history', ['machine', 'at']],
    ['instance_counts', ['role', 'at']],
    ['api_keys', ['subscription']],
    ['audit', ['subscription', 'id']],
    ['audit', ['action', 'id']],
    ['audit', ['target_id', 'id']],
  ] as const) {
    await db.schema
      .createIndex(`${name}_by_${columns[0]}`)
      .on(name)
      .columns([...columns])
      .execute();
  }
}

async function onPremisesSuffixes(db: Transaction<Tables>): Promise<void> {
  await db.schema
    .alterTable('subscriptions')
    .addColumn('dns_routes', 'text', (column) => column.notNull().defaultTo('[]'))
    .execute();
}

async function subscriptionLock(db: Transaction<Tables>): Promise<void> {
  await db.schema.alterTable('tokens').addColumn('delegation', 'text').execute();
  const steps = db.schema.createTable('lock_steps').addColumn('sequence', 'integer', notNull);
  await ofSubscription(steps)
    .addColumn('kind', 'text', notNull)
    .addColumn('text', 'text', notNull)
    .addPrimaryKeyConstraint('lock_steps_key', ['subscription', 'sequence'])
    .execute();
  const certificates = db.schema.createTable('lock_certificates');
  await ofSubscription(certificates.addColumn('machine', 'text', (column) => column.primaryKey()))
    .addColumn('name', 'text', notNull)
    .addColumn('text', 'text', notNull)
    .execute();
  await db.schema
    .createIndex('lock_certificates_by_subscription')
    .on('lock_certificates')
    .column('subscription')
    .execute();
}

/** Entries that are there already are linked as they are found. */
async function auditChain(db: Transaction<Tables>): Promise<void> {
  const audit = () => db.schema.alterTable('audit');
  await audit()
    .addColumn('position', 'bigint', (column) => column.notNull().defaultTo(0))
    .execute();
  await audit()
    .addColumn('hash', 'text', (column) => column.notNull().defaultTo(''))
    .execute();
  await db.schema
    .createTable('audit_head')
    .addColumn('only', 'integer', (column) => column.primaryKey().check(sql`"only" = 1`))
    .addColumn('position', 'bigint', notNull)
    .addColumn('hash', 'text', notNull)
    .addColumn('pruned_position', 'bigint', notNull)
    .addColumn('pruned_hash', 'text', notNull)
    .execute();
  await linkOldEntries(db);
  await db.schema.createIndex('audit_by_position').on('audit').column('position').unique().execute();
}

function table(db: Transaction<Tables>, name: keyof Tables) {
  return db.schema.createTable(name).addColumn('id', 'text', (column) => column.primaryKey());
}

function ofSubscription<Name extends string, Columns extends string>(builder: CreateTableBuilder<Name, Columns>) {
  return builder.addColumn('subscription', 'text', (column) =>
    column.notNull().references('subscriptions.id').onDelete('cascade'),
  );
}

const notNull = <Column extends { notNull(): Column }>(column: Column): Column => column.notNull();
