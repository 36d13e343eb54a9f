import { expect, test } from 'vitest';
import { joinsOf, joinsWords } from './joins.ts';

test('a choice is a group, a role, or neither', () => {
  expect(joinsOf('group:g1')).toEqual({ group: 'g1', role: null });
  expect(joinsOf('role:r1')).toEqual({ group: null, role: 'r1' });
  expect(joinsOf(null)).toEqual({ group: null, role: null });
});

test('what is joined has a name, also when it was removed since', () => {
  const groups = [{ id: 'g1', name: 'Laptops' }] as unknown as Parameters<typeof joinsWords>[1];
  const words = (joins: object) => joinsWords(joins as Parameters<typeof joinsWords>[0], groups, []);
  expect(words({ group: 'g1', role: null })).toBe('group Laptops');
  expect(words({ group: null, role: 'r1' })).toBe('role (removed)');
  expect(words({ group: null, role: null })).toBeUndefined();
});
