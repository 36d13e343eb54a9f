import { expect, test } from 'vitest';
import { FrameScanner, type Head, PREVIEW_BYTES } from './frame-scanner.ts';

/** kind(1) length of the payload(1) payload */
function readHead(bytes: Buffer, at: number): Head | null {
  if (bytes.length - at < 2) return null;
  const kind = bytes[at] === 1 ? 'payload' : bytes[at] === 2 ? 'ping' : 'other';
  return { kind, length: 2 + bytes.readUInt8(at + 1), payloadAt: 2 };
}

test('shows the beginning of every frame once, wherever the stream is cut', () => {
  const long = Buffer.alloc(100, 7);
  const stream = Buffer.concat([
    Buffer.of(1, 3, 10, 11, 12),
    Buffer.of(1, long.length),
    long,
    Buffer.of(2, 0),
    Buffer.of(9, 1, 5),
    Buffer.of(1, 1, 13),
  ]);
  for (let size = 1; size <= stream.length; size++) {
    const seen: [Head['kind'], number[]][] = [];
    const scanner = new FrameScanner(readHead, (kind, payload) => {
      seen.push([kind, [...payload.subarray(0, PREVIEW_BYTES)]]);
    });
    for (let at = 0; at < stream.length; at += size) scanner.push(stream.subarray(at, at + size));
    expect(seen).toEqual([
      ['payload', [10, 11, 12]],
      ['payload', Array.from({ length: PREVIEW_BYTES }, () => 7)],
      ['ping', []],
      ['other', [5]],
      ['payload', [13]],
    ]);
  }
});
