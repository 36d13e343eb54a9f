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

test.each([5_000, LARGEST])('of %i bytes only so many buffers are kept', (length) => {
  const memory = new FrameMemory();
  const kept = Math.floor(
    LIMITS.FREE_BUFFERS_MAX_BYTES.value / (length === LARGEST ? LARGEST : Math.ceil(LARGEST / 4)),
  );
  const frames = Array.from({ length: kept + 1 }, () => memory.take(length));
  expect(frames.every((frame) => memory.owns(frame))).toBe(true);
  for (const frame of frames) memory.give(frame);
  const known = new Set(frames.map(({ buffer }) => buffer));
  expect(frames.map(() => memory.take(length)).filter(({ buffer }) => known.has(buffer))).toHaveLength(kept);
});

test('small frames are not given back', () => {
  const memory = new FrameMemory();
  expect(memory.owns(memory.take(1_000))).toBe(false);
});

test('a buffer serves frames of its own size only', () => {
  const memory = new FrameMemory();
  const medium = memory.take(10_000);
  memory.give(medium);
  expect(memory.take(40_000).buffer).not.toBe(medium.buffer);
  expect(memory.take(6_000).buffer).toBe(medium.buffer);
});
