import { expect, test } from 'vitest';
import { compareValues } from './compare-values.ts';
import { selectRange, toggleAll } from './row-selection.ts';

const ids = ['a', 'b', 'c', 'd'];
const after = (selected: string[], anchor: string | undefined, id: string) =>
  [...selectRange(new Set(selected), ids, anchor, id)].sort();

test('a click toggles one row, with Shift all from the last to it', () => {
  expect(after([], undefined, 'b')).toEqual(['b']);
  expect(after(['b'], undefined, 'b')).toEqual([]);
  expect(after(['a'], 'a', 'c')).toEqual(['a', 'b', 'c']);
  expect(after(['d'], 'd', 'b')).toEqual(['b', 'c', 'd']);
  expect(after(['a', 'b', 'c'], 'a', 'c')).toEqual([]);
  expect(after([], 'gone', 'c')).toEqual(['c']);
});

test('all shown rows are toggled, and the others keep their state', () => {
  expect([...toggleAll(new Set(['x', 'a']), ids)].sort()).toEqual(['a', 'b', 'c', 'd', 'x']);
  expect([...toggleAll(new Set(['x', ...ids]), ids)]).toEqual(['x']);
});

test('values are in the order that people expect', () => {
  expect(['sql10', 'SQL2', 'äpfel', 'web'].sort(compareValues)).toEqual(['äpfel', 'SQL2', 'sql10', 'web']);
  expect([10, 9, -1].sort(compareValues)).toEqual([-1, 9, 10]);
});
