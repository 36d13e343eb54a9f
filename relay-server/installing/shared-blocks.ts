/**
 * Reads files that many computers download at once: in blocks that are larger than what is sent at a time, and that
 * all who are near the same place share. A read costs the thread that forwards as much as the sealing of what was
 * read, for it wakes another thread; computers that are set up together are all near the same place.
 */
import type { FileHandle } from 'node:fs/promises';
import { LIMITS } from '#protocol/limits.ts';

const BLOCK = LIMITS.DOWNLOAD_BLOCK_BYTES.value;

export class SharedBlocks {
  /** Latest used last. */
  readonly #blocks = new Map<string, Promise<Buffer>>();

  /**
   * @param content names what is in the file: equal names, equal bytes
   * @returns bytes of the file from `at` on: at least one and at most `most`, none behind its end; not to be changed
   * @throws Error of the file system
   */
  async read(content: string, handle: FileHandle, at: number, most: number): Promise<Uint8Array> {
    const start = at - (at % BLOCK);
    const key = `${content} ${start}`;
    const block = this.#blocks.get(key) ?? readBlock(handle, start);
    this.#blocks.delete(key);
    this.#blocks.set(key, block);
    for (const oldest of this.#blocks.keys()) {
      if (this.#blocks.size <= LIMITS.DOWNLOAD_BLOCKS_KEPT.value) break;
      this.#blocks.delete(oldest);
    }
    try {
      return (await block).subarray(at - start, at - start + most);
    } catch (error) {
      this.#blocks.delete(key);
      throw error;
    }
  }

  /** For when nobody downloads any more. */
  forget(): void {
    this.#blocks.clear();
  }
}

/** @returns shorter at the end of the file */
async function readBlock(handle: FileHandle, start: number): Promise<Buffer> {
  const block = Buffer.allocUnsafeSlow(BLOCK);
  let filled = 0;
  while (filled < BLOCK) {
    const { bytesRead } = await handle.read(block, filled, BLOCK - filled, start + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return block.subarray(0, filled);
}
