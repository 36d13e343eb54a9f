/**
 * Reading and replacing one system file that may be a plain file, the end of a symbolic link, a bind
 * mount (containers, `ip netns exec`) or not there. Knows nothing of its content.
 *
 * A symbolic link stays: what it points to is edited, because the program that made the link (resolvconf,
 * NetworkManager) writes there as well, and undoing is then the same for all. A file is replaced by a
 * rename, so that no reader ever sees half of it; where that can not be (a mount point answers EBUSY, the
 * directory is read-only, the owner can not be kept) it is overwritten in place, longest bytes first, and
 * put back if the disk is full.
 */
import { type FileHandle, lstat, open, readlink, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import { codeOf, fileSystemRefusal } from '#runtime/durable-file.ts';

/** A file as it is; `content` null means that it is not there. */
export interface FileState {
  /** Where it really is, links followed. */
  readonly target: string;
  readonly content: Content | null;
}

export interface Content {
  readonly bytes: Buffer;
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** As many links as the kernel follows (path_resolution(7)). */
const LINKS_MAX = 40;
/** Failures of a rename that overwriting in place may not have. */
const TRY_IN_PLACE = new Set(['EBUSY', 'EXDEV', 'EROFS', 'EACCES', 'EPERM', 'EINVAL']);

/**
 * @throws CausewayError STATE_CORRUPT when it is no file, or over the cap.
 */
export async function readSystemFile(path: string): Promise<FileState> {
  const target = await followLinks(path);
  try {
    return { target, content: await withFile(target, 'r', readContent) };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { target, content: null };
    if (error instanceof RangeError) throw new CausewayError('STATE_CORRUPT', { path: target }, { cause: error });
    throw refusalOf(error, target);
  }
}

/**
 * Makes the file at `state.target` what `state` says, or leaves it as it was.
 * @throws CausewayError DIRECTORY_READ_ONLY, DISK_FULL
 */
export async function writeSystemFile({ target, content }: FileState): Promise<void> {
  try {
    if (content === null) await rm(target, { force: true });
    else await replace(target, content);
  } catch (error) {
    throw refusalOf(error, target);
  }
}

/** Removes what a writer killed half-way left beside the file. */
export async function removeHalfWritten(target: string): Promise<void> {
  await rm(temporaryOf(target), { force: true }).catch(() => undefined); // Where it can not be removed it could not be made.
}

function temporaryOf(target: string): string {
  return `${target}.causeway-new`;
}

async function readContent(file: FileHandle): Promise<Content> {
  const stat = await file.stat();
  const { size, mode, uid, gid } = stat;
  if (!stat.isFile() || size > LIMITS.RESOLV_CONF_MAX_BYTES.value) throw new RangeError('no file of a sensible size');
  return { bytes: await file.readFile(), mode: mode & 0o7777, uid, gid };
}

async function replace(target: string, content: Content): Promise<void> {
  const temporary = temporaryOf(target);
  try {
    await rm(temporary, { force: true });
    await withFile(temporary, 'wx', async (file) => {
      await file.chown(content.uid, content.gid);
      await file.chmod(content.mode);
      await file.writeFile(content.bytes);
      await file.sync();
    });
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    if (!TRY_IN_PLACE.has(codeOf(error) ?? '')) throw error;
    await withFile(target, 'r+', (file) => overwrite(file, content));
  }
  // Makes the rename last over a power cut; file systems that can not sync a directory need not.
  await withFile(dirname(target), 'r', (directory) => directory.sync().catch(() => undefined));
}

/** The old length is cut only after the new bytes are safe; their blocks are there to take the old ones back. */
async function overwrite(file: FileHandle, content: Content): Promise<void> {
  const before = await file.readFile();
  try {
    await writeAt0(file, content.bytes);
  } catch (error) {
    await writeAt0(file, before).catch(() => undefined);
    throw error;
  }
  const { mode } = await file.stat();
  if ((mode & 0o7777) !== content.mode) await file.chmod(content.mode);
}

async function writeAt0(file: FileHandle, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    written += (await file.write(bytes, written, bytes.length - written, written)).bytesWritten;
  }
  await file.truncate(bytes.length);
  await file.sync();
}

async function withFile<Result>(
  path: string,
  flags: 'r' | 'r+' | 'wx',
  use: (file: FileHandle) => Promise<Result>,
): Promise<Result> {
  const file = await open(path, flags, 0o600);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

/** Like realpath, but for a last link that dangles it says where the file would be. */
async function followLinks(path: string): Promise<string> {
  let current = resolve(path);
  for (let links = 0; links < LINKS_MAX; links++) {
    const isLink = await lstat(current).then(
      (stat) => stat.isSymbolicLink(),
      () => false,
    );
    if (!isLink) return current;
    current = resolve(dirname(current), await readlink(current));
  }
  throw new CausewayError('STATE_CORRUPT', { path });
}

/** Here ENOENT is the directory that a dangling link leads to. */
function refusalOf(error: unknown, path: string): unknown {
  if (codeOf(error) !== 'ENOENT') return fileSystemRefusal(error, path);
  return new CausewayError('DIRECTORY_READ_ONLY', { directory: dirname(path) }, { cause: error });
}
