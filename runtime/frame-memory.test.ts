import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LIMITS } from '#protocol/limits.ts';
import { HEADER_ROOM_BYTES } from '#protocol/websocket.ts';
import { FrameMemory } from './frame-memory.ts';

const LARGEST = LIMITS.RELAY_FRAME_MAX_BYTES.value;
const LOOK_MS = LIMITS.FREE_BUFFERS_LOOK_MS.value;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Takes `count` frames of `length` bytes, and gives all of them back. @returns their buffers */
function use(memory: FrameMemory, count: number, length: number): Set<ArrayBufferLike> {
  const frames = Array.from({ length: count }, () => memory.take(length));
  for (const frame of frames) memory.give(frame);
  return new Set(frames.map(({ buffer }) => buffer));
}

/** How many of `buffers` are still at hand. */
function kept(memory: FrameMemory, buffers: ReadonlySet<ArrayBufferLike>, length: number): number {
  return Array.from(buffers, () => memory.take(length)).filter(({ buffer }) => buffers.has(buffer)).length;
}

test.each([1, 100, 1_024, 2_048, 2_049, 4_000, 16_000, 60_000, LARGEST])(
  '%i bytes have room for a header before them',
  (length) => {
    const frame = new FrameMemory().take(length);
    expect(frame.length).toBe(length);
    expect(frame.byteOffset).toBeGreaterThanOrEqual(HEADER_ROOM_BYTES);
  },
);

test('no more than the largest frame is had', () => {
  expect(() => new FrameMemory().take(LARGEST + 1)).toThrow(RangeError);
});

test.each([1_024, 2_049, 10_000, 33_000, LARGEST])('%i bytes waste no more than half of their buffer', (length) => {
  expect(new FrameMemory().take(length).buffer.byteLength).toBeLessThanOrEqual(2 * length + HEADER_ROOM_BYTES);
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

test('what is taken anew is told, and what is used again is not', () => {
  const fresh = vi.fn();
  const memory = new FrameMemory(fresh);
  const buffers = use(memory, 3, 60_000);
  expect(fresh).toHaveBeenCalledTimes(3);
  expect(kept(memory, buffers, 60_000)).toBe(3);
  expect(fresh).toHaveBeenCalledTimes(3);
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
  expect(memory.take(9_000).buffer).toBe(medium.buffer);
});

test('all that was in use at once is kept, up to a bound', () => {
  const memory = new FrameMemory();
  const most = Math.floor(LIMITS.FREE_BUFFERS_MAX_BYTES.value / (HEADER_ROOM_BYTES + LARGEST));
  expect(kept(memory, use(memory, most + 5, LARGEST), LARGEST)).toBe(most);
});

test('what nobody needed between two looks is let go, and all of it when nothing is sent any more', () => {
  const memory = new FrameMemory();
  const buffers = use(memory, 10, 20_000);
  vi.advanceTimersByTime(LOOK_MS);
  // Of ten that were free at the look, four are needed meanwhile.
  use(memory, 4, 20_000);
  vi.advanceTimersByTime(LOOK_MS);
  expect(kept(memory, buffers, 20_000)).toBe(4);

  const idle = new FrameMemory();
  const once = use(idle, 10, 20_000);
  vi.advanceTimersByTime(2 * LOOK_MS);
  expect(vi.getTimerCount()).toBe(0);
  expect(kept(idle, once, 20_000)).toBe(0);
});
