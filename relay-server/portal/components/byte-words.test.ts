import { expect, test } from 'vitest';
import { byteWords } from './byte-words.ts';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1 KB'],
  [31_400_000, '31.4 MB'],
  [314_000_000, '314 MB'],
  [999_600, '1 MB'],
  [2.5e15, '2,500 TB'],
])('%i bytes: %s', (bytes, words) => {
  expect(byteWords(bytes)).toBe(words);
});
