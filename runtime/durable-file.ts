/**
 * Files that must be whole or not there, also after a crash: written beside, flushed, renamed. And the
 * refusals that a file system's errors stand for. Knows nothing of what is in the files.
 */
import { chmod, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CausewayError } from '#protocol/errors.ts';

/**
 * Replaces `path` by `bytes`, or leaves it as it was.
 * @param mode permission bits of the new file, e.g. 0o600.
 * @throws CausewayError DISK_FULL, DIRECTORY_READ_ONLY
 */
export async function writeDurably(path: string, bytes: Uint8Array | string, mode: number): Promise<void> {
  const temporary = `${path}.new`;
  try {
    const file = await open(temporary, 'w', mode);
    try {
      // First: a draft left by a crash keeps its old mode when it is opened again.
      await file.chmod(mode);
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await flushDirectory(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw fileSystemRefusal(error, path);
  }
}

/** The file's text, or undefined when there is none. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw fileSystemRefusal(error, path);
  }
}

/**
 * Makes a directory that only its owner can enter.
 * @throws CausewayError DISK_FULL, DIRECTORY_READ_ONLY
 */
export async function ensurePrivateDirectory(path: string): Promise<void> {
  try {
    const made = await mkdir(path, { recursive: true, mode: 0o700 });
    if (made !== undefined) await chmod(path, 0o700);
  } catch (error) {
    throw fileSystemRefusal(error, path);
  }
}

/**
 * DISK_FULL or DIRECTORY_READ_ONLY for the errors that mean it; anything else as it is.
 * @param path of the file that was to be written
 */
export function fileSystemRefusal(error: unknown, path: string): unknown {
  switch (codeOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new CausewayError('DISK_FULL', { path }, { cause: error });
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
    case 'ENOTDIR':
      return new CausewayError('DIRECTORY_READ_ONLY', { directory: dirname(path) }, { cause: error });
    default:
      return error;
  }
}

/** `ENOENT` and the like, of an error of Node's. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

async function flushDirectory(path: string): Promise<void> {
  // Windows has no such thing: NTFS writes the change of a name to its journal.
  if (process.platform === 'win32') return;
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
