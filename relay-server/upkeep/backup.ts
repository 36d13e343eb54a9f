/**
 * A backup is a directory: the database as of one moment, the server's keys, and a manifest with the hash of each.
 * Made beside a running server, which goes on; whole or not there.
 *
 * HAZARD: it holds the server's keys. Who has it can be the server.
 */
import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdir, open, readdir, readFile, rename, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { backup as copyDatabase, DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { CausewayError } from '#protocol/errors.ts';
import { codeOf, ensurePrivateDirectory, writeDurably } from '#runtime/durable-file.ts';
import { DATABASE_FILE, databasePath } from '../data-directory.ts';
import { fileRefusal } from '../store/database-errors.ts';
import { KEY_FILES } from '../tls/key-files.ts';
import { VERSION } from '../version.ts';

const PREFIX = 'causeway-';
const NAME = /^causeway-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d(?:-\d+)?$/;
export const MANIFEST_FILE = 'manifest.json';
/** Pages copied in one go, 40 MB: a write in between would make the copy begin anew. */
const PAGES_AT_ONCE = 10_000;

export const manifest = z.object({
  format: z.literal('causeway-backup/1'),
  madeAt: z.iso.datetime(),
  version: z.string().max(50),
  /** `elsewhere`: in PostgreSQL, which has tools of its own. */
  database: z.enum(['inside', 'elsewhere']),
  files: z.record(z.string().regex(/^[\w.-]{1,60}$/), z.object({ bytes: z.int(), sha256: z.string().length(64) })),
});
export type Manifest = z.infer<typeof manifest>;

export interface BackupOptions {
  readonly dataDirectory: string;
  /** postgres://…, when the database is there. */
  readonly database?: string | undefined;
  /** Where the backup's directory is made. */
  readonly into: string;
  readonly now: number;
}

export interface MadeBackup {
  readonly path: string;
  readonly bytes: number;
  readonly manifest: Manifest;
}

export function backupsDirectory(dataDirectory: string): string {
  return join(dataDirectory, 'backups');
}

/** @throws CausewayError DISK_FULL, DIRECTORY_READ_ONLY, STATE_CORRUPT, DATABASE_LOCKED */
export async function makeBackup(options: BackupOptions): Promise<MadeBackup> {
  const { into, now } = options;
  await ensurePrivateDirectory(into);
  const path = await freeName(into, now);
  const staged = join(into, `.${path.slice(into.length + 1)}.partial`);
  try {
    await rm(staged, { recursive: true, force: true });
    await mkdir(staged, { mode: 0o700 });
    await copyAll(options, staged);
    const made = await describe(options, staged);
    await writeDurably(join(staged, MANIFEST_FILE), `${JSON.stringify(made, null, 2)}\n`, 0o600);
    await rename(staged, path);
    const bytes = Object.values(made.files).reduce((sum, file) => sum + file.bytes, 0);
    return { path, bytes, manifest: made };
  } catch (error) {
    await rm(staged, { recursive: true, force: true }).catch(() => undefined);
    throw fileRefusal(error, path);
  }
}

/** Of a directory, oldest first; what is not named like one is none. */
export async function listBackups(directory: string): Promise<{ path: string; madeAt: number; bytes: number }[]> {
  const names = await readdir(directory).catch(() => [] as string[]);
  const found = names.filter((name) => NAME.test(name)).map((name) => join(directory, name));
  const backups = await Promise.all(
    found.map(async (path) => {
      const files = await Promise.all((await readdir(path)).map((name) => stat(join(path, name))));
      return { path, madeAt: timeIn(path), bytes: files.reduce((sum, { size }) => sum + size, 0) };
    }),
  );
  return backups.sort((a, b) => a.madeAt - b.madeAt || (a.path < b.path ? -1 : 1));
}

export async function sha256Of(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

async function copyAll({ dataDirectory, database }: BackupOptions, staged: string): Promise<void> {
  for (const name of KEY_FILES) {
    const missing = await copyFile(join(dataDirectory, name), join(staged, name)).catch((error: unknown) => error);
    if (missing !== undefined && codeOf(missing) !== 'ENOENT') throw missing;
  }
  if (database === undefined) await copySqlite(databasePath(dataDirectory), join(staged, DATABASE_FILE));
  for (const name of await readdir(staged)) await flush(join(staged, name));
}

async function copySqlite(from: string, to: string): Promise<void> {
  await requireRoom(from, to);
  // Made by whoever opens it, so that only a database that is there is opened.
  await stat(from);
  const source = new DatabaseSync(from, { readOnly: true });
  try {
    await copyDatabase(source, to, { rate: PAGES_AT_ONCE });
  } catch (error) {
    throw fileRefusal(error, from);
  } finally {
    source.close();
  }
  await chmod(to, 0o600);
  // One file, without a log beside it, that can be opened where nothing can be written.
  const copy = new DatabaseSync(to);
  copy.exec('pragma journal_mode = delete');
  copy.close();
}

/** Said before half of it is written. */
async function requireRoom(from: string, to: string): Promise<void> {
  const { size } = await stat(from);
  const { bavail, bsize } = await statfs(join(to, '..'));
  if (bavail * bsize < size * 1.1) throw new CausewayError('DISK_FULL', { path: to });
}

async function describe({ database, now }: BackupOptions, staged: string): Promise<Manifest> {
  const files: Manifest['files'] = {};
  for (const name of (await readdir(staged)).sort()) {
    const { size } = await stat(join(staged, name));
    files[name] = { bytes: size, sha256: await sha256Of(join(staged, name)) };
  }
  return {
    format: 'causeway-backup/1',
    madeAt: new Date(now).toISOString(),
    version: VERSION,
    database: database === undefined ? 'inside' : 'elsewhere',
    files,
  };
}

async function freeName(into: string, now: number): Promise<string> {
  const stamp = new Date(now).toISOString().slice(0, 19).replaceAll(':', '-');
  for (let number = 1; ; number++) {
    const path = join(into, `${PREFIX}${stamp}${number === 1 ? '' : `-${number}`}`);
    if (
      !(await stat(path).then(
        () => true,
        () => false,
      ))
    )
      return path;
  }
}

function timeIn(path: string): number {
  const [, day = '', time = ''] = /causeway-(\d{4}-\d\d-\d\d)T(\d\d-\d\d-\d\d)/.exec(path) ?? [];
  return Date.parse(`${day}T${time.replaceAll('-', ':')}Z`);
}

async function flush(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
