/**
 * PostgreSQL in place of the SQLite file, by the same queries. The driver is loaded only when asked
 * for: a server on SQLite does not pay for it.
 */
import { Kysely, PostgresDialect, sql } from 'kysely';
import { CausewayError } from '#protocol/errors.ts';
import { postgresRefusal } from './database-errors.ts';
import { migrate } from './migrations.ts';
import type { Tables } from './schema.ts';
import { SqlStore } from './sql-store.ts';
import type { Store } from './store.ts';

/** Enough for one writer and some readers; the directory is read from memory. */
const POOL_SIZE = 4;
const CONNECT_TIMEOUT_MS = 5_000;
/** Object id of PostgreSQL's int8, whose driver answers text, as not every one is exact in a number. */
const INT8 = 20;

/**
 * Only one server may use a database: the directory is kept in its memory. An advisory lock on a
 * connection of its own makes sure of it, and goes with the process.
 *
 * @param url postgres://user:password@host:port/database, or with `?host=/directory` for a Unix socket.
 * @throws CausewayError DATABASE_UNREACHABLE, SERVER_ALREADY_RUNNING, STATE_TOO_NEW
 */
export async function openPostgresStore(url: string, options: { exclusive: boolean }): Promise<Store> {
  const { default: pg } = await import('pg');
  const types = {
    getTypeParser: (oid: number, format?: 'text' | 'binary') =>
      oid === INT8 ? Number : pg.types.getTypeParser(oid, format as 'text'),
  };
  const settings = { connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS, types };
  const place = withoutPassword(url);
  const translate = (error: unknown) => postgresRefusal(error, place);
  const lock = new pg.Client(settings);
  const pool = new pg.Pool({ ...settings, max: POOL_SIZE });
  // A connection that breaks while idle is replaced by the next query, which reports what is wrong.
  const ignore = () => {};
  lock.on('error', ignore);
  pool.on('error', ignore);
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  const close = async () => {
    await Promise.allSettled([db.destroy(), lock.end()]);
  };
  try {
    if (options.exclusive) await takeLock(lock, place);
    await sql`select 1`.execute(db);
    await migrate(db, place);
    return new SqlStore(db, translate, close);
  } catch (error) {
    await close();
    throw translate(error);
  }
}

async function takeLock(client: import('pg').Client, place: string): Promise<void> {
  await client.connect();
  const answer = await client.query("select pg_try_advisory_lock(hashtext('causeway-relay')) as locked");
  if (answer.rows[0]?.locked !== true) throw new CausewayError('SERVER_ALREADY_RUNNING', { directory: place });
}

function withoutPassword(url: string): string {
  if (!URL.canParse(url)) return 'the database';
  const parsed = new URL(url);
  parsed.password = '';
  return parsed.href;
}
