import { describe, expect, test } from 'vitest';
import { growthOf, type Level, levelsIn } from './levels.ts';

const LEVEL: Level = { rssBytes: 90e6, heapBytes: 12e6, externalBytes: 3e6, timers: 5, descriptors: 30 };
const looks = (count: number, change: (index: number) => Partial<Level> = () => ({})) =>
  Array.from({ length: count }, (_, index) => ({ ...LEVEL, ...change(index) }));
const leaks = (levels: readonly Level[]) =>
  growthOf(levels)
    ?.filter((growth) => growth.leaks)
    .map(({ quantity }) => quantity);

describe('what processes hold', () => {
  test('is not judged by a few looks', () => {
    expect(growthOf(looks(5))).toBeNull();
  });

  test('may go up and down', () => {
    expect(leaks(looks(12, (index) => ({ rssBytes: 90e6 + (index % 3) * 5e6, timers: 5 + (index % 2) * 2 })))).toEqual(
      [],
    );
  });

  test('a few dead connections that are still held in some looks are no leak', () => {
    expect(leaks(looks(12, (index) => ({ descriptors: 30 + (index >= 9 ? 15 : 0) })))).toEqual([]);
    expect(leaks(looks(12, (index) => ({ descriptors: 30 + (index >= 8 ? 15 : 0) })))).toEqual(['descriptors']);
  });

  test.each<[keyof Level, number]>([
    ['rssBytes', 4e6],
    ['heapBytes', 5e5],
    ['externalBytes', 2e6],
    ['timers', 1],
    ['descriptors', 1],
  ])('must not grow: %s by %d a look is a leak', (quantity, each) => {
    expect(leaks(looks(12, (index) => ({ [quantity]: LEVEL[quantity] + index * each })))).toEqual([quantity]);
  });

  test('is found between other lines', () => {
    const output = `{"level":30,"msg":"agent is ready"}\n${JSON.stringify({ held: LEVEL })}\nnoise\n`;
    expect(levelsIn(output)).toEqual([LEVEL]);
  });
});
