/**
 * Makes a file unless the one that is there was made of the same things: packing takes a quarter of a
 * minute and more. What was made from what stands in a note, not in the file.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

export interface PackedOnce {
  /** Absolute path. */
  readonly file: string;
  /** Directory of the notes. */
  readonly notes: string;
  /** Everything that the file depends on. */
  readonly from: readonly (string | Uint8Array)[];
  /** Writes it to the path, which is beside its place. */
  make(path: string): Promise<void>;
}

/** @returns `file`, which is there in one step: somebody may be reading the one before. */
export async function packedOnce({ file, notes, from, make }: PackedOnce): Promise<string> {
  const hash = createHash('sha256');
  for (const part of from) hash.update(`${part.length}\n`).update(part);
  const key = hash.digest('hex');
  const note = join(notes, `.packed-${basename(file)}.json`);
  if (await isPacked(note, key, file)) return file;
  await Promise.all([mkdir(dirname(file), { recursive: true }), mkdir(notes, { recursive: true })]);
  const staged = join(notes, `.staged-${process.pid}-${basename(file)}`);
  try {
    await make(staged);
    await rename(staged, file);
  } finally {
    await rm(staged, { force: true });
  }
  await writeFile(note, JSON.stringify({ key, sha256: await hashOf(file) }));
  return file;
}

async function isPacked(note: string, key: string, file: string): Promise<boolean> {
  try {
    const packed: { key: string; sha256: string } = JSON.parse(await readFile(note, 'utf8'));
    return packed.key === key && packed.sha256 === (await hashOf(file));
  } catch {
    return false;
  }
}

async function hashOf(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}
