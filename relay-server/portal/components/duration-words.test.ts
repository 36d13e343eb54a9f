import { expect, test } from 'vitest';
import { relativeWords } from './duration-words.ts';

test.each([
  [0, 'just now'],
  [-29, 'just now'],
  [-45, '1 minute ago'],
  [-90, '1 minute ago'],
  [-7_200, '2 hours ago'],
  [-86_400, 'yesterday'],
  [3 * 86_400, 'in 3 days'],
  [-40 * 86_400, 'last month'],
  [-800 * 86_400, '2 years ago'],
])('%i seconds: %s', (seconds, words) => {
  expect(relativeWords(seconds * 1000, 0)).toBe(words);
});
