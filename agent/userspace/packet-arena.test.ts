import { expect, test } from 'vitest';
import { PacketArena } from './packet-arena.ts';

test('what was taken stays while the next is added, and a slice of it for good', () => {
  const arena = new PacketArena(8);
  const turn = (first: number) => {
    expect(arena.add(Uint8Array.of(first, first))).toBe(true);
    return arena.take()[0] as Uint8Array;
  };
  const taken = turn(1);
  const kept = taken.slice(0);
  expect(arena.add(Uint8Array.of(2, 2))).toBe(true);
  expect(taken).toEqual(Uint8Array.of(1, 1));
  arena.take();
  turn(3);
  expect(taken).toEqual(Uint8Array.of(3, 3));
  expect(kept).toEqual(Uint8Array.of(1, 1));
});

test('what does not fit is refused, and said once', () => {
  const arena = new PacketArena(3);
  expect(arena.add(Uint8Array.of(1, 1))).toBe(true);
  expect(arena.add(Uint8Array.of(2, 2))).toBe(false);
  expect(arena.take()).toHaveLength(1);
  expect([arena.wasFull(), arena.wasFull()]).toEqual([true, false]);
  expect(arena.take()).toEqual([]);
});
