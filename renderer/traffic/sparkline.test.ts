import { expect, it } from 'vitest';
import { sparkline } from './sparkline.ts';

const heights = (path: string) =>
  path
    .slice(1, -1)
    .split('L')
    .map((point) => Number(point.split(' ')[1]));

it('draws nothing of silence', () => {
  expect(sparkline([], 120, 60, 20)).toBe('');
  expect(sparkline([0, 0, 0], 120, 60, 20)).toBe('');
});

it('has the newest at the right edge and the highest at the top', () => {
  const drawn = heights(sparkline([1, 0, 0, 0, 0, 0, 0, 0, 5], 120, 60, 20));
  expect(drawn).toHaveLength(32);
  expect(drawn.at(-2)).toBe(0);
  expect(drawn[1]).toBe(20);
  expect(drawn.slice(0, -4).every((height) => height === 20)).toBe(true);
});

it('never leaves out a peak', () => {
  for (let at = 0; at < 120; at++) {
    const rates = Array.from({ length: 120 }, (_, index) => (index === at ? 9 : 0));
    expect(Math.min(...heights(sparkline(rates, 120, 60, 20)))).toBe(0);
  }
});
