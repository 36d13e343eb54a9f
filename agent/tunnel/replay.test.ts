import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LIMITS } from '#protocol/limits.ts';
import { ReplayWindow, WINDOW } from './replay.ts';

/** One window from the top of the table to its end; the numbers are those of the rows. */
const TABLE: readonly [row: number, counter: number, accepted: boolean][] = [
  [1, 0, true],
  [2, 1, true],
  [3, 1, false],
  [4, 9, true],
  [5, 8, true],
  [6, 7, true],
  [7, 7, false],
  [8, WINDOW, true],
  [9, WINDOW - 1, true],
  [10, WINDOW - 1, false],
  [11, WINDOW - 2, true],
  [12, 2, true],
  [13, 2, false],
  [14, WINDOW + 16, true],
  [15, 3, false],
  [16, WINDOW + 16, false],
  [17, WINDOW * 4, true],
  [18, WINDOW * 4 - (WINDOW - 1), true],
  [19, 10, false],
  [20, WINDOW * 4 - WINDOW, false],
  [21, WINDOW * 4 - (WINDOW + 1), false],
  [22, WINDOW * 4 - (WINDOW - 2), true],
  [23, WINDOW * 4 + 1 - WINDOW, false],
  [24, 0, false],
  [25, WINDOW * 1_000, true],
  [26, WINDOW * 1_000 - 1, true],
  [27, WINDOW * 4, false],
];

describe('the replay window', () => {
  it('accepts and refuses as in the table', () => {
    const window = new ReplayWindow();
    expect(TABLE.map(([row, counter]) => [row, counter, window.accept(counter)])).toEqual(TABLE);
  });

  it.each([
    ['upwards', (index: number) => index, WINDOW],
    ['downwards', (index: number) => WINDOW - index, WINDOW],
    ['downwards from beyond the window', (index: number) => WINDOW + 1 - index, WINDOW],
  ])('takes a whole window %s, once each', (_direction, counterOf, expected) => {
    const window = new ReplayWindow();
    const counters = Array.from({ length: WINDOW + 1 }, (_, index) => counterOf(index));
    const [accepted, again] = [1, 2].map(() => counters.filter((counter) => window.accept(counter)).length);
    expect(accepted).toBeGreaterThanOrEqual(expected);
    expect(again).toBe(0);
  });

  it('has the size of the limit', () => {
    expect(WINDOW).toBe(LIMITS.REPLAY_WINDOW_MESSAGES.value);
  });

  it('is equal to the obvious reference', () => {
    const step = fc.oneof(fc.integer({ min: -WINDOW - 40, max: 40 }), fc.integer({ min: -50, max: WINDOW * 3 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const window = new ReplayWindow();
        const seen = new Set<number>();
        let greatest = -1;
        for (const distance of steps) {
          const counter = Math.max(0, greatest + distance);
          const expected = !seen.has(counter) && greatest - counter < WINDOW;
          expect(window.accept(counter)).toBe(expected);
          if (expected) seen.add(counter);
          greatest = Math.max(greatest, counter);
        }
        expect(window.greatest).toBe(greatest);
      }),
    );
  });
});
