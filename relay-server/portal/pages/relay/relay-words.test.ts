import { expect, test } from 'vitest';
import { ageWords, countWords, dropWords, perSecondWords, shareWords, spanWords } from './relay-words.ts';

test('amounts are told with as many digits as say something', () => {
  expect([0, 0.004, 0.0996, 0.124, 1.5].map(shareWords)).toEqual(['0 %', '0.4 %', '10 %', '12 %', '150 %']);
  expect([0, 0.44, 12.4, 12_000].map(perSecondWords)).toEqual(['0/s', '0.4/s', '12/s', '12,000/s']);
  expect([3, 1234].map(countWords)).toEqual(['3', '1,234']);
  expect([0, 12.4, 999.6, 2500].map(ageWords)).toEqual(['0 ms', '12 ms', '1 s', '2.5 s']);
  expect([40_000, 720_000].map(spanWords)).toEqual(['40 seconds', '12 minutes']);
});

test('a reason of a later server is shown as it is', () => {
  expect(dropWords('queue-full').name).toBe('Queue full');
  expect(dropWords('cosmic-ray').name).toBe('cosmic-ray');
});
