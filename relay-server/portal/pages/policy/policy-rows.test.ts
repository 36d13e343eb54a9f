import { expect, test } from 'vitest';
import type { GroupId, RoleId } from '#protocol/ids.ts';
import type { Connection, Group } from '../../api/shapes.ts';
import { policyRows } from './policy-rows.ts';

const group = (name: string, interconnected: boolean): Group => ({
  id: name as unknown as GroupId,
  name,
  description: '',
  interconnected,
  machines: 0,
  online: 0,
  version: 1,
});
const sql: Connection['a'] = { kind: 'group', id: 'SQL' as unknown as GroupId, name: 'SQL' };
const web: Connection['a'] = { kind: 'role', id: 'Web' as unknown as RoleId, name: 'Web' };
const policy = {
  groups: [group('SQL', false), group('Staff', true)],
  roles: [],
  connections: [{ id: 'c1', a: sql, b: web, createdAt: '2026-01-01T00:00:00Z' }],
};

test('a role stands before its group, and interconnected groups are rows too', () => {
  expect(policyRows(policy, '').map(({ a, b, passingId }) => [a.name, b?.name, passingId])).toEqual([
    ['Web', 'SQL', 'c1'],
    ['Staff', undefined, 'Staff'],
  ]);
});

test('a row is found by either side', () => {
  expect(policyRows(policy, 'sql')).toHaveLength(1);
  expect(policyRows(policy, 'web, staff')).toHaveLength(2);
  expect(policyRows(policy, 'nobody')).toHaveLength(0);
});
