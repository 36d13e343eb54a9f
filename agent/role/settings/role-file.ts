/**
 * Reads a file that configures a role: bounded, and as text whatever encoding it announces by its first bytes.
 * Knows nothing of what is in it.
 */
import { open } from 'node:fs/promises';
import { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';

/** @throws CausewayError ROLE_FILE_UNREADABLE, ROLE_FILE_TOO_LARGE, ROLE_FILE_MALFORMED */
export async function readRoleFile(file: string, kind: string): Promise<string> {
  const bytes = await readBounded(file);
  try {
    return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
  } catch {
    throw new CausewayError('ROLE_FILE_MALFORMED', { place: file, kind, issue: 'it is neither UTF-8 nor UTF-16' });
  }
}

/** No more than the cap is ever read, also of a device or a file that grows. */
async function readBounded(file: string): Promise<Buffer> {
  const cap = LIMITS.ROLE_FILE_MAX_BYTES.value;
  const buffer = Buffer.alloc(cap + 1);
  let length = 0;
  try {
    const handle = await open(file, 'r');
    try {
      for (let read = 1; read > 0 && length <= cap; length += read) {
        ({ bytesRead: read } = await handle.read(buffer, length, buffer.length - length, null));
      }
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new CausewayError('ROLE_FILE_UNREADABLE', { file, cause: causeOf(error) }, { cause: error });
  }
  if (length > cap) throw new CausewayError('ROLE_FILE_TOO_LARGE', { file, cap });
  return buffer.subarray(0, length);
}

/** By the byte order mark (XML 1.0 appendix F). The decoder itself drops it. */
function encodingOf(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return 'utf-8';
}

const CAUSES: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'this user may not read it',
  EISDIR: 'it is a directory',
};

function causeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return CAUSES[code] ?? (error instanceof Error ? error.message : String(error));
}
