/**
 * What V8 made of a program, in a file: taken at a start, and kept once a start has gone well. Unlike Node's own cache,
 * which has of a module only what is compiled before it runs, it has all functions that were called until then.
 *
 * It is code. It is taken only where it is root's or the user's own and nobody else may write it, and where it belongs
 * to this very program; that it belongs to this V8 and its flags, V8 looks at itself.
 */
import { chmodSync, closeSync, fstatSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';

/** Checksums of the program and of what follows, which V8 does not check. */
const HEADER_BYTES = 8;
const OTHERS_MAY_WRITE = 0o022;

/** @returns undefined where there is none that may be taken for this source */
export function readCompiled(file: string, source: Uint8Array): Buffer | undefined {
  try {
    const all = readOwn(file);
    const data = all.subarray(HEADER_BYTES);
    return all.readUInt32LE(0) === crc32(source) && all.readUInt32LE(4) === crc32(data) ? data : undefined;
  } catch {
    return undefined;
  }
}

/** Does nothing where it may not write, or somebody else was first since {@link readCompiled} found none. */
export function keepCompiled(file: string, source: Uint8Array, compiled: () => Buffer): void {
  if (readCompiled(file, source) !== undefined) return;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o755 });
    const data = compiled();
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUInt32LE(crc32(source), 0);
    header.writeUInt32LE(crc32(data), 4);
    const staged = `${file}-${process.pid}`;
    writeFileSync(staged, Buffer.concat([header, data]), { flag: 'wx', mode: 0o600 });
    // Whatever the umask is: it holds no more than the program, and is of use to every user.
    chmodSync(staged, 0o644);
    renameSync(staged, file);
  } catch {
    // The next start takes as long as this one.
  }
}

/** @throws Error where it is not there, or somebody else may write it */
function readOwn(file: string): Buffer {
  const descriptor = openSync(file, 'r');
  try {
    const { uid, mode } = fstatSync(descriptor);
    const own = uid === 0 || uid === process.getuid?.();
    if (!own || (process.platform !== 'win32' && (mode & OTHERS_MAY_WRITE) !== 0)) throw new Error('not ours alone');
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
