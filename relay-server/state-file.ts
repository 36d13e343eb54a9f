/**
 * Small files in the data directory: read whole, written so that after a crash either the old or the
 * new content is there, readable by this user only.
 */
import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileRefusal } from './store/database-errors.ts';

/** @returns undefined when there is no such file. */
export async function readStateFile(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * @throws CausewayError DISK_FULL, DIRECTORY_READ_ONLY; the old content is untouched then.
 */
export async function writeStateFile(path: string, content: string): Promise<void> {
  const draft = `${path}.new`;
  try {
    await writeDurably(draft, content);
    await rename(draft, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    throw fileRefusal(error, path);
  }
}

async function writeDurably(path: string, content: string): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    // A draft left by a crash keeps its old mode when it is opened again.
    await file.chmod(0o600);
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
