/**
 * The agent packages that this server hands out: files of one directory, by exact name. A name is looked
 * up in a listing and never becomes part of a path. A link may lead to another file of the directory;
 * whatever leads out of it, or is no file, is as if it were not there.
 */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, readdir, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { z } from 'zod';
import { LIMITS } from '#protocol/limits.ts';
import type { download } from '#protocol/rest/installing.ts';

export type Download = z.infer<typeof download>;

const NAME = /^causeway-agent-(linux|windows|macos)-(x64|arm64)\.(tar\.gz|deb|msi|dmg)$/;
/** Written by build/release.ts. */
const RELEASE = 'release.jws';
const ORDER = { archive: 0, deb: 1, msi: 2, dmg: 3 } as const;
/** Nobody can put a link in the place of the file between two looks; and a pipe would keep us waiting. */
const READ_ONLY = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const GONE: readonly unknown[] = ['ENOENT', 'ELOOP'];

interface Hashed {
  /** Changes when the file does. */
  readonly state: string;
  readonly sha256: string;
}

export class Downloads {
  readonly #directory: string;
  readonly #hashes = new Map<string, Hashed>();
  #listing: Promise<Download[]> | undefined;

  /** @param directory may be missing: there is nothing to hand out then. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** What is there now. A file is hashed when it is new or has changed. */
  list(): Promise<Download[]> {
    // Whoever asks while a listing is made waits for that one: no file is hashed twice.
    this.#listing ??= this.#list().finally(() => {
      this.#listing = undefined;
    });
    return this.#listing;
  }

  /**
   * Opens a file for reading, so that a newer one put in its place meanwhile changes nothing.
   * @returns undefined for what is not in the listing, or is another file by now.
   */
  async open(name: string): Promise<{ file: Download; handle: FileHandle } | undefined> {
    const file = (await this.list()).find((listed) => listed.file === name);
    if (file === undefined) return undefined;
    const handle = await this.#openHere(file.file);
    if (handle === undefined) return undefined;
    if ((await stateOf(handle)) === this.#hashes.get(file.file)?.state) return { file, handle };
    await handle.close();
    return undefined;
  }

  /** The signed statement of what is released (protocol/release.ts), unread; undefined when there is none. */
  async release(): Promise<string | undefined> {
    const handle = await this.#openHere(RELEASE);
    if (handle === undefined) return undefined;
    try {
      const most = LIMITS.RELEASE_MAX_CHARACTERS.value;
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(most), 0, most, 0);
      return buffer.toString('latin1', 0, bytesRead).trim();
    } finally {
      await handle.close();
    }
  }

  async #list(): Promise<Download[]> {
    const names = await readdir(this.#directory).catch(() => []);
    const found: Download[] = [];
    for (const file of names) {
      const [, os, architecture, suffix] = NAME.exec(file) ?? [];
      if (os === undefined) continue;
      const kind = suffix === 'tar.gz' ? 'archive' : (suffix as Download['kind']);
      const measured = await this.#measure(file);
      if (measured === undefined) continue;
      found.push({
        os: os as Download['os'],
        architecture: architecture as Download['architecture'],
        kind,
        file,
        ...measured,
      });
    }
    return found.sort((a, b) => ORDER[a.kind] - ORDER[b.kind] || (a.file < b.file ? -1 : 1));
  }

  async #openHere(name: string): Promise<FileHandle | undefined> {
    try {
      const [here, file] = await Promise.all([realpath(this.#directory), realpath(join(this.#directory, name))]);
      if (!file.startsWith(here + sep)) return undefined;
      const handle = await open(file, READ_ONLY);
      if ((await handle.stat()).isFile()) return handle;
      await handle.close();
    } catch (error) {
      // Gone since it was listed, or a link to nothing or to itself.
      if (!GONE.includes(error instanceof Error && 'code' in error ? error.code : undefined)) throw error;
    }
    return undefined;
  }

  async #measure(file: string): Promise<{ bytes: number; sha256: string } | undefined> {
    const handle = await this.#openHere(file);
    if (handle === undefined) return undefined;
    try {
      const state = await stateOf(handle);
      const bytes = (await handle.stat()).size;
      const known = this.#hashes.get(file);
      if (known?.state === state) return { bytes, sha256: known.sha256 };
      const hash = createHash('sha256');
      // Each read wakes another thread; a block is hashed in a fraction of a millisecond.
      const highWaterMark = LIMITS.DOWNLOAD_BLOCK_BYTES.value;
      await pipeline(handle.createReadStream({ autoClose: false, highWaterMark }), hash);
      const sha256 = hash.digest('hex');
      this.#hashes.set(file, { state, sha256 });
      return { bytes, sha256 };
    } finally {
      await handle.close();
    }
  }
}

async function stateOf(handle: FileHandle): Promise<string> {
  const { ino, size, mtimeMs } = await handle.stat();
  return `${ino} ${size} ${mtimeMs}`;
}
