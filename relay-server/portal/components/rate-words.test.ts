import { expect, test } from 'vitest';
import { rateWords } from './rate-words.ts';

test.each([
  [0, '0 B/s'],
  [0.4, '0 B/s'],
  [999, '999 B/s'],
  [999.9, '1 KB/s'],
  [1_234, '1.23 KB/s'],
  [12_340, '12.3 KB/s'],
  [999_400, '999 KB/s'],
  [1_200_000, '1.2 MB/s'],
  [3e9, '3 GB/s'],
  [5e15, '5,000 TB/s'],
])('%d bytes a second are %s', (bytes, words) => {
  expect(rateWords(bytes)).toBe(words);
});
