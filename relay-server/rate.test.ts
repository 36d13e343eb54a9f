import { expect, test } from 'vitest';
import { Rate } from './rate.ts';

test('a rate counts each sender in windows, and says how long to wait', () => {
  const rate = new Rate(2, 60_000);
  rate.take('a', 1_000);
  rate.take('a', 2_000);
  rate.take('b', 2_000);
  const refusal = { code: 'RATE_LIMITED', details: { seconds: 31 } };
  expect(() => rate.take('a', 30_500)).toThrow(expect.objectContaining(refusal));
  rate.take('a', 61_000);
});
