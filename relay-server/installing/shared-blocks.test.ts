import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { LIMITS } from '#protocol/limits.ts';
import { SharedBlocks } from './shared-blocks.ts';

const BLOCK = LIMITS.DOWNLOAD_BLOCK_BYTES.value;
const directory = mkdtempSync(join(tmpdir(), 'causeway-blocks-'));
afterAll(() => rmSync(directory, { recursive: true }));
const content = Buffer.from(Array.from({ length: 3 * BLOCK + 100 }, (_, at) => at % 251));
const file = join(directory, 'file');
writeFileSync(file, content);

async function opened(): Promise<{ handle: FileHandle; reads: () => number } & AsyncDisposable> {
  const handle = await open(file);
  const read = vi.spyOn(handle, 'read');
  return { handle, reads: () => read.mock.calls.length, [Symbol.asyncDispose]: () => handle.close() };
}

test('piece by piece it is the file, from any place on', async () => {
  await using source = await opened();
  const blocks = new SharedBlocks();
  for (const from of [0, 1, BLOCK - 1, 2 * BLOCK, content.length - 1, content.length]) {
    const parts: Uint8Array[] = [];
    for (let at = from; ; ) {
      const piece = await blocks.read('a', source.handle, at, 60_000);
      if (piece.length === 0) break;
      expect(piece.length).toBeLessThanOrEqual(60_000);
      parts.push(piece);
      at += piece.length;
    }
    expect(Buffer.concat(parts).equals(content.subarray(from))).toBe(true);
  }
});

test('who reads the same place at once, or soon after, reads once', async () => {
  await using source = await opened();
  const blocks = new SharedBlocks();
  await Promise.all(Array.from({ length: 200 }, () => blocks.read('a', source.handle, 5, 10)));
  await blocks.read('a', source.handle, BLOCK / 2, 10);
  expect(source.reads()).toBe(1);
  await blocks.read('another', source.handle, 5, 10);
  expect(source.reads()).toBe(2);
});

test('what was not used for longest is forgotten, and all of it when nobody downloads', async () => {
  await using source = await opened();
  const blocks = new SharedBlocks();
  for (let each = 0; each <= LIMITS.DOWNLOAD_BLOCKS_KEPT.value; each++) {
    await blocks.read(`${each}`, source.handle, 0, 10);
    await blocks.read('often', source.handle, 0, 10);
  }
  const read = source.reads();
  await blocks.read('often', source.handle, 0, 10);
  expect(source.reads()).toBe(read);
  await blocks.read('0', source.handle, 0, 10);
  expect(source.reads()).toBe(read + 1);
  blocks.forget();
  await blocks.read('often', source.handle, 0, 10);
  expect(source.reads()).toBe(read + 2);
});

test('a failed read is tried again by the next', async () => {
  await using source = await opened();
  const blocks = new SharedBlocks();
  const closed = await open(file);
  await closed.close();
  await expect(blocks.read('a', closed, 0, 10)).rejects.toThrow();
  expect((await blocks.read('a', source.handle, 0, 10)).length).toBe(10);
});
