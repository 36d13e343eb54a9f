/**
 * Puts a backup in the place of what is in a data directory, whose server must not run. The backup is looked at
 * first; what was there is kept beside, so that a restore can be undone by hand.
 */
import { chmod, copyFile, mkdir, readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CausewayError } from '#protocol/errors.ts';
import { readIfThere } from '#runtime/durable-file.ts';
import { DATABASE_FILE, lockDataDirectory, makeDataDirectory } from '../data-directory.ts';
import { fileRefusal } from '../store/database-errors.ts';
import { KEY_FILES } from '../tls/key-files.ts';
import { MANIFEST_FILE, type Manifest, manifest, sha256Of } from './backup.ts';

/** SQLite's, beside a database that was not closed. */
const LOG_FILES = [`${DATABASE_FILE}-wal`, `${DATABASE_FILE}-shm`, `${DATABASE_FILE}-journal`];
const REPLACEABLE = [DATABASE_FILE, ...LOG_FILES, ...KEY_FILES];

export interface Restored {
  readonly manifest: Manifest;
  /** Where what was there before is; undefined when nothing was. */
  readonly replaced: string | undefined;
}

/** @throws CausewayError BACKUP_UNUSABLE, SERVER_ALREADY_RUNNING, DISK_FULL, DIRECTORY_READ_ONLY */
export async function restoreBackup(backup: string, dataDirectory: string, now: number): Promise<Restored> {
  const found = await inspectBackup(backup);
  await makeDataDirectory(dataDirectory);
  const lock = lockDataDirectory(dataDirectory);
  try {
    const names = Object.keys(found.files);
    // All of it is there before anything goes.
    for (const name of names) await stage(join(backup, name), join(dataDirectory, `${name}.restoring`));
    const replaced = await setAside(dataDirectory, now);
    for (const name of names) await rename(join(dataDirectory, `${name}.restoring`), join(dataDirectory, name));
    return { manifest: found, replaced };
  } catch (error) {
    throw fileRefusal(error, join(dataDirectory, DATABASE_FILE));
  } finally {
    lock[Symbol.dispose]();
  }
}

/** Whether every file is as it was when the backup was made, and the database sound. @throws CausewayError BACKUP_UNUSABLE */
export async function inspectBackup(backup: string): Promise<Manifest> {
  const unusable = (issue: string) => new CausewayError('BACKUP_UNUSABLE', { path: backup, issue });
  const text = await readIfThere(join(backup, MANIFEST_FILE)).catch(() => undefined);
  if (text === undefined) throw unusable(`it has no ${MANIFEST_FILE}`);
  const parsed = parse(text);
  if (parsed === undefined) throw unusable(`its ${MANIFEST_FILE} can not be read, or is of a newer version`);
  for (const [name, { sha256 }] of Object.entries(parsed.files)) {
    if (!REPLACEABLE.includes(name)) throw unusable(`it names a file ${name}, which is none of a server's`);
    const actual = await sha256Of(join(backup, name)).catch(() => undefined);
    if (actual === undefined) throw unusable(`its file ${name} is missing or can not be read`);
    if (actual !== sha256) throw unusable(`its file ${name} is not as it was when the backup was made`);
  }
  if (parsed.database === 'inside' && !isSound(join(backup, DATABASE_FILE))) throw unusable('its database is damaged');
  return parsed;
}

function parse(text: string): Manifest | undefined {
  try {
    return manifest.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function isSound(path: string): boolean {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly: true });
    return Object.values(database.prepare('pragma integrity_check(1)').get() ?? {})[0] === 'ok';
  } catch {
    return false;
  } finally {
    database?.close();
  }
}

async function stage(from: string, to: string): Promise<void> {
  await copyFile(from, to);
  await chmod(to, 0o600);
}

async function setAside(dataDirectory: string, now: number): Promise<string | undefined> {
  const there = (await readdir(dataDirectory)).filter((name) => REPLACEABLE.includes(name));
  if (there.length === 0) return undefined;
  const stamp = new Date(now).toISOString().slice(0, 19).replaceAll(':', '-');
  let aside = join(dataDirectory, `replaced-${stamp}`);
  while (await stat(aside).catch(() => undefined)) aside += '-again';
  await mkdir(aside, { mode: 0o700 });
  for (const name of there) await rename(join(dataDirectory, name), join(aside, name));
  return aside;
}
