import { expect, test } from 'vitest';
import type { GroupId, RoleId } from '#protocol/ids.ts';
import type { Connection } from '../../api/shapes.ts';
import { connectedPairs, type End, whyImpossible } from './possible-connection.ts';

const end = (kind: End['kind'], name: string, interconnected = false): End => ({
  kind,
  id: name as GroupId | RoleId,
  name,
  interconnected,
});
const [web, worker, sql, staff] = [
  end('role', 'Web'),
  end('role', 'Worker'),
  end('group', 'SQL'),
  end('group', 'Staff', true),
];
const side = ({ kind, id, name }: End) => ({ kind, id, name });
const connections: Connection[] = [{ id: 'c1', a: side(sql), b: side(web), createdAt: '2026-01-01T00:00:00Z' }];
const connected = connectedPairs(connections);

test('a role and a group, and two groups, can be connected', () => {
  expect(whyImpossible(worker, sql, connected)).toBeNull();
  expect(whyImpossible(sql, worker, connected)).toBeNull();
  expect(whyImpossible(staff, sql, connected)).toBeNull();
});

test('two roles can not, nor a role and itself', () => {
  expect(whyImpossible(web, worker, connected)?.reason).toMatch(/^Two roles can not be connected; put /);
  expect(whyImpossible(web, web, connected)).toMatchObject({ instead: null });
});

test('a group and itself: its switch is offered, unless it is on', () => {
  expect(whyImpossible(sql, sql, connected)).toMatchObject({ instead: 'interconnect' });
  expect(whyImpossible(staff, staff, connected)).toMatchObject({ instead: null });
});

test('what is connected already is named, from either end', () => {
  expect(whyImpossible(web, sql, connected)?.reason).toBe('Web and SQL are connected already.');
  expect(whyImpossible(sql, web, connected)?.reason).toBe('SQL and Web are connected already.');
});
