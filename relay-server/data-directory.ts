/**
 * The data directory: made for this user only, and used by one server at a time.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CausewayError } from '#protocol/errors.ts';
import { fileRefusal } from './store/database-errors.ts';

const LOCK_FILE = 'server.lock';
export const DATABASE_FILE = 'causeway.sqlite';
const SQLITE_BUSY = 5;

export function databasePath(directory: string): string {
  return join(directory, DATABASE_FILE);
}

/** @throws CausewayError DIRECTORY_READ_ONLY, DISK_FULL */
export async function makeDataDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    // Below a read-only place Node reports that it does not exist.
    if ((error as { code?: string }).code === 'ENOENT') {
      throw new CausewayError('DIRECTORY_READ_ONLY', { directory }, { cause: error });
    }
    throw fileRefusal(error, join(directory, LOCK_FILE));
  }
}

/**
 * Takes the directory for this process. Node has no file locks but SQLite has, and the kernel lets go
 * of them with the process, so that a crash leaves no stale lock behind.
 *
 * @throws CausewayError SERVER_ALREADY_RUNNING, DIRECTORY_READ_ONLY, DISK_FULL
 */
export function lockDataDirectory(directory: string): Disposable {
  const path = join(directory, LOCK_FILE);
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(path);
    lock.exec('begin exclusive');
  } catch (error) {
    if (lock?.isOpen) lock.close();
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) {
      throw new CausewayError('SERVER_ALREADY_RUNNING', { directory });
    }
    throw fileRefusal(error, path);
  }
  const held = lock;
  return { [Symbol.dispose]: () => held.close() };
}
