import { expect, it } from 'vitest';
import { byteWords, rateWords, roundTripWords } from './amounts.ts';

it.each([
  [0, '0\u00a0B'],
  [-5, '0\u00a0B'],
  [999, '999\u00a0B'],
  [999.6, '1.0\u00a0kB'],
  [12_340, '12.3\u00a0kB'],
  [999_600, '1.0\u00a0MB'],
  [123_456_789, '123\u00a0MB'],
])('says %d bytes as %s', (bytes, words) => expect(byteWords(bytes, 'en')).toBe(words));

it('says them as the language does', () => {
  expect(rateWords(1_250_000, 'de')).toBe('1,3\u00a0MB/s');
  expect(roundTripWords(0.84, 'de')).toBe('0,8\u00a0ms');
  expect(roundTripWords(11.6, 'en')).toBe('12\u00a0ms');
});
