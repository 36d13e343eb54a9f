/**
 * `causeway-relay check`: whether the data of a server are sound and the server answers, from the near end. Looks
 * and repairs nothing; works beside a running server and without one.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import { readIfThere, writeDurably } from '#runtime/durable-file.ts';
import { databasePath, lockDataDirectory } from '../data-directory.ts';
import { openStore } from '../server.ts';
import { fileRefusal } from '../store/database-errors.ts';
import { GRANT_KEY_FILE, TLS_CERTIFICATE_FILE, TLS_KEY_FILE } from '../tls/key-files.ts';
import { askHealth } from './ask-health.ts';
import { backupsDirectory, listBackups } from './backup.ts';
import { descriptorsOf } from './descriptors.ts';
import { certificateNews, type News, slowNews, startNews } from './news.ts';
import { readObserved } from './observed-file.ts';
import { type RunningFacts, readRunningFile } from './running-file.ts';

export interface CheckedServer {
  readonly name: string;
  readonly ok: boolean;
  /** Code of the catalogue when it is not, and where there is something to know although it is. */
  readonly code: string | null;
  readonly detail: string;
  readonly remedy: string | null;
}

export interface CheckOptions {
  readonly dataDirectory: string;
  /** postgres://…, when the database is there. */
  readonly database?: string | undefined;
  readonly now: number;
}

type Work = () => string | News | Promise<string | News>;

/** Above it, connections fail in a moment. */
const DESCRIPTORS_NEARLY_ALL = 0.95;
const OVERDUE = 2;

/** Every check in order; one that fails does not stop the later ones. */
export async function checkServer(options: CheckOptions, onCheck: (check: CheckedServer) => void): Promise<boolean> {
  const { dataDirectory } = options;
  let well = true;
  const run = async (name: string, work: Work) => {
    const check = await outcome(name, work);
    well &&= check.ok;
    onCheck(check);
  };
  const facts = await readRunningFile(dataDirectory);
  await run('disk', () => disk(dataDirectory));
  await run('database', () => database(options));
  await run('keys', () => keys(dataDirectory));
  await run('backup', () => backups(options, facts));
  await run('process', () => running(dataDirectory));
  if (facts !== undefined && isRunning(dataDirectory)) {
    await run('descriptors', () => descriptors(facts));
    await run('answer', () => answer(facts));
    const seen = await readObserved(dataDirectory);
    if (seen !== undefined) {
      await run('start', () => startNews(seen, options.now));
      await run('certificate', () => certificateNews(seen, options.now));
      await run('requests', () => slowNews(seen, options.now));
    }
  }
  return well;
}

async function outcome(name: string, work: Work): Promise<CheckedServer> {
  try {
    const found = await work();
    if (typeof found === 'string') return { name, ok: true, code: null, detail: found, remedy: null };
    const { code, message, remedy } = found.told;
    return { name, ok: true, code, detail: message, remedy };
  } catch (error) {
    const refusal =
      error instanceof CausewayError
        ? error
        : new CausewayError('INTERNAL', { issue: String(error) }, { cause: error });
    return { name, ok: false, code: refusal.code, detail: refusal.message, remedy: refusal.remedy };
  }
}

async function disk(directory: string): Promise<string> {
  const path = join(directory, 'check.tmp');
  await writeDurably(path, 'x'.repeat(4_096), 0o600);
  await rm(path);
  const { bavail, bsize } = await statfs(directory);
  if (bavail * bsize < LIMITS.DISK_FREE_MIN_BYTES.value) throw new CausewayError('DISK_FULL', { path: directory });
  return `${directory} can be written to, and has ${megabytes(bavail * bsize)} MB free.`;
}

async function database({ dataDirectory, database: url }: CheckOptions): Promise<string> {
  if (url !== undefined) {
    const store = await openStore(dataDirectory, url, false);
    try {
      await store.probe();
    } finally {
      await store.close();
    }
    return 'PostgreSQL answers, and has the tables of this version.';
  }
  const path = databasePath(dataDirectory);
  // Opening it would make it.
  if (!existsSync(path)) {
    throw new CausewayError('USAGE', { issue: `No server has kept its data in ${dataDirectory} yet.` });
  }
  let opened: DatabaseSync | undefined;
  try {
    opened = new DatabaseSync(path);
    opened.exec(`pragma busy_timeout = ${LIMITS.DATABASE_LOCKED_MS.value}`);
    const faults = opened
      .prepare('pragma integrity_check(3)')
      .all()
      .flatMap((row) => Object.values(row));
    if (faults[0] !== 'ok') throw new CausewayError('STATE_CORRUPT', { path });
    if (opened.prepare('pragma foreign_key_check').all().length > 0) throw new CausewayError('STATE_CORRUPT', { path });
    // Whether somebody else holds it.
    opened.exec('begin immediate');
    opened.exec('rollback');
    return `${path} is sound, and nobody holds it locked.`;
  } catch (error) {
    throw fileRefusal(error, path);
  } finally {
    opened?.close();
  }
}

async function keys(directory: string): Promise<string> {
  const grant = join(directory, GRANT_KEY_FILE);
  createKey(await readIfThere(grant), grant);
  const keyPath = join(directory, TLS_KEY_FILE);
  const keyText = await readIfThere(keyPath);
  if (keyText === undefined) return 'The grant key is sound; the certificate is the operator’s own.';
  const key = createKey(keyText, keyPath);
  const path = join(directory, TLS_CERTIFICATE_FILE);
  try {
    const certificate = new X509Certificate((await readIfThere(path)) ?? '');
    if (certificate.checkPrivateKey(key))
      return `The keys are sound; the certificate is good until ${certificate.validTo}.`;
  } catch {
    // Said below.
  }
  throw new CausewayError('CERTIFICATE_UNUSABLE', { path, cause: 'it can not be read, or is not of this key' });
}

function createKey(text: string | undefined, path: string) {
  try {
    return createPrivateKey(text ?? '');
  } catch (cause) {
    throw new CausewayError('STATE_CORRUPT', { path }, { cause });
  }
}

async function backups({ dataDirectory, now }: CheckOptions, facts: RunningFacts | undefined): Promise<string> {
  const directory = backupsDirectory(dataDirectory);
  const newest = (await listBackups(directory)).at(-1);
  const every = facts === undefined ? LIMITS.BACKUP_EVERY_MS.value : facts.backupEveryMs;
  if (newest === undefined)
    return 'There is no backup yet; a running server makes the first one a minute after its start.';
  const hours = Math.round((now - newest.madeAt) / 3_600_000);
  if (every !== null && now - newest.madeAt > OVERDUE * every) {
    throw new CausewayError('BACKUP_OVERDUE', { directory, age: `${hours} hours old` });
  }
  return `The newest backup is ${newest.path}, ${hours} hours old.`;
}

function running(directory: string): string {
  if (isRunning(directory)) return 'A server runs on these data.';
  throw new CausewayError('SERVER_NOT_RUNNING', { directory });
}

function isRunning(directory: string): boolean {
  try {
    lockDataDirectory(directory)[Symbol.dispose]();
    return false;
  } catch (error) {
    if (error instanceof CausewayError && error.code === 'SERVER_ALREADY_RUNNING') return true;
    throw error;
  }
}

function descriptors({ pid }: RunningFacts): string {
  const found = descriptorsOf(pid);
  if (found === undefined) return 'This system does not tell how many file descriptors the server has.';
  const { used, most } = found;
  if (used >= most * DESCRIPTORS_NEARLY_ALL || used >= most - LIMITS.DESCRIPTORS_RESERVED_MAX.value) {
    throw new CausewayError('DESCRIPTORS_EXHAUSTED', { used, most });
  }
  return `The server has ${used} of ${most} file descriptors in use.`;
}

async function answer(facts: RunningFacts): Promise<string> {
  const milliseconds = await askHealth(facts);
  return `The server answers at ${facts.host}:${facts.port} in ${milliseconds.toFixed(1)} ms, and its database with it.`;
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}
