import { expect, test } from 'vitest';
import { differencesOf, editsOf } from './merge-edits.ts';

const BASE = { name: 'SQL', description: 'Databases' };

test('only what was changed is sent', () => {
  expect(editsOf(BASE, { name: 'SQL servers', description: 'Databases' })).toEqual({ name: 'SQL servers' });
  expect(editsOf(BASE, BASE)).toEqual({});
});

test.each([
  ['nothing that is edited has changed', { name: 'Mine', description: 'Databases' }, BASE, []],
  [
    'both changed the same field',
    { name: 'Mine', description: 'Databases' },
    { name: 'Theirs', description: 'Databases' },
    [{ field: 'name', mine: 'Mine', theirs: 'Theirs', contested: true }],
  ],
  [
    'they changed another field',
    { name: 'Mine', description: 'Databases' },
    { name: 'SQL', description: 'Theirs' },
    [{ field: 'description', mine: 'Databases', theirs: 'Theirs', contested: false }],
  ],
  ['both wrote the same', { name: 'Same', description: '' }, { name: 'Same', description: '' }, []],
])('%s', (_, mine, theirs, differences) => {
  expect(differencesOf(BASE, mine, theirs)).toEqual(differences);
});
