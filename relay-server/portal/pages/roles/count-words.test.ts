import { expect, test } from 'vitest';
import { countsInWords, stepsOf } from './count-words.ts';

const point = (minute: number, instances: number) => ({
  at: new Date(Date.UTC(2026, 0, 1, 12, minute)).toISOString(),
  instances,
});
const minuteOf = (time: string) => time.slice(11, 16);

test.each([
  [[], 'No instance has ever started.'],
  [[point(0, 1)], '1 instance since 12:00. That is the most there were.'],
  [[point(0, 1), point(5, 4)], '4 instances since 12:05. That is the most there were.'],
  [[point(0, 1), point(5, 4), point(9, 2)], '2 instances since 12:09. The most there were is 4, on 12:05.'],
])('%j', (points, words) => {
  expect(countsInWords(points, minuteOf)).toBe(words);
});

test('the curve begins with none and goes on to now', () => {
  const start = Date.parse(point(0, 1).at) / 1000;
  const [times, counts] = stepsOf([point(0, 1), point(5, 3)], (start + 500) * 1000);
  expect(times).toEqual([start - 10, start, start + 300, start + 500]);
  expect(counts).toEqual([0, 1, 3, 3]);
});

test('nothing has no curve', () => {
  expect(stepsOf([], 0)).toEqual([[], []]);
});
