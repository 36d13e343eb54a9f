import { expect, test } from 'vitest';
import { countInWords, matches, namesInWords } from './machine-words.ts';

test.each([
  [[], 'no computers'],
  [['sql01'], 'sql01'],
  [['sql01', 'sql02'], 'sql01 and sql02'],
  [['a', 'b', 'c'], '3 computers'],
])('%j: %s', (names, words) => {
  expect(namesInWords(names, 'computers')).toBe(words);
});

test('one is one, and thousands are grouped', () => {
  expect(countInWords(1, 'computer')).toBe('1 computer');
  expect(countInWords(1_200, 'computer')).toBe('1,200 computers');
});

test.each([
  ['', true],
  ['sql', true],
  ['zurich SQL', true],
  ['sql web', false],
])('a search for "%s" finds it: %s', (search, found) => {
  expect(matches(search, 'SQL servers', 'Zurich office')).toBe(found);
});
