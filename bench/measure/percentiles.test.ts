import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { percentile } from './percentiles.ts';

describe('percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

  it.each([
    ['the middle of an odd number', [3, 1, 2], 50, 2],
    ['the lower middle of an even number', [4, 1, 3, 2], 50, 2],
    ['the only value', [7], 1, 7],
    ['the 95th of a hundred', hundred, 95, 95],
    ['the 99th of a hundred', hundred, 99, 99],
    ['the greatest of a hundred', hundred, 100, 100],
    ['the greatest of few', [5, 9, 1], 99, 9],
    ['numbers as numbers, not as text', [10, 9, 100], 100, 100],
  ])('is %s', (_, values, percent, expected) => {
    expect(percentile(values, percent)).toBe(expected);
  });

  it('is the least value that so many percent do not exceed', () => {
    const lists = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(lists, fc.integer({ min: 1, max: 100 }), (values, percent) => {
        const found = percentile(values, percent);
        const share = (limit: number) => values.filter((value) => value <= limit).length * 100;
        expect(values).toContain(found);
        expect(share(found)).toBeGreaterThanOrEqual(percent * values.length);
        expect(share(found - 1)).toBeLessThan(percent * values.length);
      }),
    );
  });

  it('leaves the values in their order', () => {
    const values = [3, 1, 2];
    percentile(values, 50);
    expect(values).toEqual([3, 1, 2]);
  });

  it.each([0, -1, 101, Number.NaN])('refuses %d percent', (percent) => {
    expect(() => percentile([1], percent)).toThrow(RangeError);
  });

  it('refuses to speak of nothing', () => {
    expect(() => percentile([], 50)).toThrow(RangeError);
  });
});
