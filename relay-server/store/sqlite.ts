/**
 * Opens the SQLite file in the data directory: the default database, with nothing to set up.
 */
import { DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import { CausewayError } from '#protocol/errors.ts';
import { fileRefusal } from './database-errors.ts';
import { migrate } from './migrations.ts';
import type { Tables } from './schema.ts';
import { SqlStore } from './sql-store.ts';
import { sqliteDialect } from './sqlite-driver.ts';
import type { Store } from './store.ts';

/** SQLite waits in this thread, and everything else in it as well; sqlite-driver.ts waits for the rest of the time. */
const BUSY_TIMEOUT_MS = 50;

/**
 * @param path of the file; made if it is not there.
 * @throws CausewayError STATE_CORRUPT (the file is left as it is), STATE_TOO_NEW, DATABASE_LOCKED, DIRECTORY_READ_ONLY, DISK_FULL
 */
export async function openSqliteStore(path: string): Promise<Store> {
  const translate = (error: unknown) => fileRefusal(error, path);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { enableForeignKeyConstraints: true });
    database.exec(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}`);
    // Before anything is written, so that a damaged file stays as it is for whoever repairs it.
    if (!isSound(database)) throw new CausewayError('STATE_CORRUPT', { path });
    database.exec('pragma journal_mode = wal');
    // An acknowledged change survives a power cut.
    database.exec('pragma synchronous = full');
    const db = new Kysely<Tables>({ dialect: sqliteDialect(database) });
    await migrate(db, path);
    return new SqlStore(db, translate);
  } catch (error) {
    if (database?.isOpen) database.close();
    throw translate(error);
  }
}

function isSound(database: DatabaseSync): boolean {
  const rows = database.prepare('pragma quick_check(1)').all();
  return rows.length === 1 && Object.values(rows[0] ?? {})[0] === 'ok';
}
