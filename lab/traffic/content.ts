/**
 * Content for downloads: as long as wanted, the same every time, and different in every block, so that a
 * lost, doubled or swapped block changes the checksum.
 */
const BLOCK_BYTES = 256 * 1024;

/** Each block is valid until the garbage collector takes it: nothing is overwritten. */
export function* contentOf(bytes: number): Generator<Buffer> {
  const pattern = Buffer.alloc(BLOCK_BYTES, 'the quick brown fox jumps over the lazy dog\n');
  for (let at = 0; at < bytes; at += BLOCK_BYTES) {
    const block = Buffer.from(pattern);
    block.writeBigUInt64BE(BigInt(at));
    yield block.subarray(0, Math.min(BLOCK_BYTES, bytes - at));
  }
}
