import { expect, test } from 'vitest';
import { LIMITS } from '#protocol/limits.ts';
import {
  assignChanges,
  calledTogether,
  disableChanges,
  MACHINES_A_CHANGE,
  removeChanges,
  type Target,
} from './bulk-changes.ts';

const computer = (name: string, kind: Target['kind'] = 'local-endpoint') =>
  ({ id: `id-${name}`, name, kind, group: null, disabled: false, version: 1 }) as unknown as Target;

test('a change names no more machines than the server takes', () => {
  expect(MACHINES_A_CHANGE).toBe(LIMITS.CHANGE_MACHINES_MAX.value);
  const many = Array.from({ length: MACHINES_A_CHANGE + 1 }, (_, index) => computer(`m${index}`));
  const lengths = disableChanges(many, true).map((change) =>
    change.do === 'set-disabled' ? change.machines.length : 0,
  );
  expect(lengths).toEqual([MACHINES_A_CHANGE, 1]);
  expect(removeChanges([])).toEqual([]);
});

test('instances of a role stay where they are', () => {
  const targets = [computer('a'), computer('web-0', 'role-instance')];
  expect(assignChanges(targets, null)).toEqual([{ do: 'assign', machines: ['id-a'], group: null }]);
  expect(assignChanges(targets.slice(1), 'g')).toEqual([]);
  expect(removeChanges(targets)).toEqual([{ do: 'remove-machines', machines: ['id-a', 'id-web-0'] }]);
});

test('they are called by name, or by number', () => {
  expect(calledTogether([computer('a')])).toBe('a');
  expect(calledTogether([computer('a'), computer('b', 'role-instance')])).toBe('2 computers');
  expect(calledTogether([computer('a', 'role-instance'), computer('b', 'role-instance')])).toBe('2 role instances');
});
