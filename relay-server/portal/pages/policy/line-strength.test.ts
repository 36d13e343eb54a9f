import { expect, test } from 'vitest';
import { lineStrength } from './line-strength.ts';

test('an idle line is thin and still', () => {
  expect(lineStrength(0)).toEqual({ width: 1.75, seconds: null });
});

test('the more passes, the stronger and faster, within limits', () => {
  const strengths = [1, 5_000, 500_000, 50_000_000, 1e12].map(lineStrength);
  const widths = strengths.map(({ width }) => width);
  const seconds = strengths.map((strength) => strength.seconds ?? 0);
  expect(widths).toEqual([...widths].sort((a, b) => a - b));
  expect(seconds).toEqual([...seconds].sort((a, b) => b - a));
  expect(widths.at(-1)).toBe(6);
  expect(seconds.at(-1)).toBe(0.4);
});
