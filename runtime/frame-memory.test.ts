import { expect, test } from 'vitest';
import { LIMITS } from '#protocol/limits.ts';
import { HEADER_ROOM_BYTES } from '#protocol/websocket.ts';
import { FrameMemory } from './frame-memory.ts';

const LARGEST = LIMITS.RELAY_FRAME_MAX_BYTES.value;

test.each([1, 100, 4_000, 16_000, 60_000, LARGEST])('%i bytes have room for a header before them', (length) => {
  const frame = new FrameMemory().take(length);
  expect(frame.length).toBe(length);
  expect(frame.byteOffset).toBeGreaterThanOrEqual(HEADER_ROOM_BYTES);
});

test('two frames never share bytes until one is given back', () => {
  const memory = new FrameMemory();
  for (const length of [100, 30_000, 60_000]) {
    const [one, other] = [memory.take(length).fill(1), memory.take(length).fill(2)];
    expect([one.every((byte) => byte === 1), other.every((byte) => byte === 2)]).toEqual([true, true]);
  }
  const frame = memory.take(60_000);
  memory.give(frame);
  expect(memory.take(50_000).buffer).toBe(frame.buffer);
  expect(memory.take(50_000).buffer).not.toBe(frame.buffer);
});

test('only large frames are to be given back, and only so many are kept', () => {
  const memory = new FrameMemory();
  expect(memory.owns(memory.take(1_000))).toBe(false);
  const frames = Array.from({ length: LIMITS.FREE_BUFFERS_MAX.value + 1 }, () => memory.take(LARGEST));
  expect(frames.every((frame) => memory.owns(frame))).toBe(true);
  for (const frame of frames) memory.give(frame);
  const again = frames.map(() => memory.take(LARGEST));
  expect(again.filter((frame) => frames.some(({ buffer }) => buffer === frame.buffer))).toHaveLength(
    LIMITS.FREE_BUFFERS_MAX.value,
  );
});
