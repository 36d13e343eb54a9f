import { expect, it } from 'vitest';
import { ageWords, timeWords } from './ages.ts';

const NOW = new Date(2026, 10, 28, 14, 5, 0).getTime();

it.each([
  [-3, 'just now'],
  [1.9, 'just now'],
  [2, '2 seconds ago'],
  [59.9, '59 seconds ago'],
  [60, '1 minute ago'],
  [7_199, '1 hour ago'],
  [200_000, '2 days ago'],
])('says %d seconds as %s', (seconds, words) => expect(ageWords(NOW - seconds * 1_000, NOW, 'en')).toBe(words));

it('says ages and times in German', () => {
  expect(ageWords(NOW - 3_000, NOW, 'de')).toBe('vor 3 Sekunden');
  expect(timeWords(NOW - 60_000, NOW, 'de')).toBe('14:04');
});

it('says the date of another day', () => {
  expect(timeWords(NOW - 86_400_000, NOW, 'en')).toBe('27 Nov, 14:05');
});
