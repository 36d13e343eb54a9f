import { expect, test } from 'vitest';
import { differencesOf, valueWords } from './audit-difference.ts';

test('a change tells what differs, and nothing else', () => {
  const before = { displayName: 'Ann', rights: 'viewer', tags: ['a'] };
  expect(differencesOf({ before, after: { ...before, displayName: 'Anna' } })).toEqual([
    { field: 'Display name', before: 'Ann', after: 'Anna' },
  ]);
});

test('what was made has no before, and what was removed no after', () => {
  expect(differencesOf({ before: null, after: { interconnected: false, ipv4: '10.0.0.1' } })).toEqual([
    { field: 'Interconnected', before: undefined, after: 'no' },
    { field: 'IPv4', before: undefined, after: '10.0.0.1' },
  ]);
  expect(differencesOf({ before: { name: 'Office' }, after: null })).toEqual([
    { field: 'Name', before: 'Office', after: undefined },
  ]);
  expect(differencesOf({ before: null, after: null })).toEqual([]);
});

test.each([
  [null, 'nothing'],
  ['', 'empty'],
  [true, 'yes'],
  [12_000, '12,000'],
  [['a', 'b'], 'a, b'],
  [[], 'none'],
  [[{ group: 'Office', machines: 2 }], 'group Office, machines 2'],
])('%j is %s', (value, words) => {
  expect(valueWords(value)).toBe(words);
});
