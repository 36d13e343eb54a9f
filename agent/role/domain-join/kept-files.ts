/**
 * System files that hold something else while the machine is in its domain: what was there is kept in the
 * state directory before it is touched, and given back byte for byte. A file that somebody has changed
 * since is theirs, and stays. Knows nothing of what is in them.
 */
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { CausewayError } from '#protocol/errors.ts';
import { ensurePrivateDirectory, readIfThere, writeDurably } from '#runtime/durable-file.ts';
import { type Content, readSystemFile, writeSystemFile } from '../../os/resolv-conf-file.ts';

const RECORD_FILE = 'domain-files.json';
const PRIVATE = 0o600;
const NEW_FILE = { mode: 0o644, uid: 0, gid: 0 };

const base64 = z.base64().transform((text): Buffer => Buffer.from(text, 'base64'));
const recordSchema = z.object({
  version: z.literal(1),
  files: z.array(
    z.object({
      /** Links followed. */
      target: z.string(),
      /** Null when there was no file. */
      original: z.object({ bytes: base64, mode: z.int(), uid: z.int(), gid: z.int() }).nullable(),
      /** Null when a program made it, of whose bytes we know nothing. */
      written: base64.nullable(),
    }),
  ),
});
type Kept = z.output<typeof recordSchema>['files'][number];

export class KeptFiles {
  readonly #stateDirectory: string;

  constructor(stateDirectory: string) {
    this.#stateDirectory = stateDirectory;
  }

  /**
   * Makes the file what `textOf` says, given what it would be without us; null leaves it as that is.
   * @throws CausewayError DIRECTORY_READ_ONLY, DISK_FULL, STATE_CORRUPT
   */
  async replace(path: string, textOf: (original: string | null) => string | null): Promise<void> {
    const { target, content } = await readSystemFile(path);
    const kept = await this.#load();
    const ours = kept.find((file) => file.target === target && isWritten(content, file));
    const original = ours === undefined ? content : ours.original;
    const text = textOf(original?.bytes.toString('utf8') ?? null);
    const others = kept.filter((file) => file.target !== target);
    if (text === null) {
      if (ours !== undefined) await writeSystemFile({ target, content: original });
      return this.#save(others);
    }
    const written = Buffer.from(text);
    await this.#save([...others, { target, original, written }]);
    if (content?.bytes.equals(written)) return;
    await mkdir(dirname(target), { recursive: true });
    await writeSystemFile({ target, content: { ...(original ?? NEW_FILE), bytes: written } });
  }

  /** Before a program makes a file that was not there: it goes when the others are given back. */
  async expect(path: string): Promise<void> {
    const { target, content } = await readSystemFile(path);
    if (content !== null) return;
    const others = (await this.#load()).filter((file) => file.target !== target);
    await this.#save([...others, { target, original: null, written: null }]);
  }

  /**
   * Gives everything back that is still as we wrote it. Idempotent.
   * @returns the files that somebody has changed since, which stay as they are
   */
  async restore(): Promise<string[]> {
    const changed: string[] = [];
    for (const kept of await this.#load()) {
      const { target, original } = kept;
      const { content } = await readSystemFile(target);
      if (kept.written === null || isWritten(content, kept)) await writeSystemFile({ target, content: original });
      else if (!sameBytes(content, original)) changed.push(target);
    }
    await rm(this.#recordPath, { force: true });
    return changed;
  }

  get #recordPath(): string {
    return join(this.#stateDirectory, RECORD_FILE);
  }

  async #load(): Promise<Kept[]> {
    const text = await readIfThere(this.#recordPath);
    if (text === undefined) return [];
    try {
      return recordSchema.parse(JSON.parse(text)).files;
    } catch (cause) {
      throw new CausewayError('STATE_CORRUPT', { path: this.#recordPath }, { cause });
    }
  }

  async #save(files: readonly Kept[]): Promise<void> {
    await ensurePrivateDirectory(this.#stateDirectory);
    const encoded = files.map(({ target, original, written }) => ({
      target,
      original: original && { ...original, bytes: original.bytes.toString('base64') },
      written: written?.toString('base64') ?? null,
    }));
    await writeDurably(this.#recordPath, `${JSON.stringify({ version: 1, files: encoded })}\n`, PRIVATE);
  }
}

function isWritten(content: Content | null, { written }: Kept): boolean {
  return content !== null && written !== null && content.bytes.equals(written);
}

function sameBytes(a: Content | null, b: Content | null): boolean {
  return a === null || b === null ? a === b : a.bytes.equals(b.bytes);
}
