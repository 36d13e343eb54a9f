import { expect, test } from 'vitest';
import type { GroupId, RoleId } from '#protocol/ids.ts';
import type { Connection, Group, Role } from '../../api/shapes.ts';
import { matches, shownPart, wordsOf } from './shown-part.ts';

const group = (name: string): Group => ({
  id: name as unknown as GroupId,
  name,
  description: '',
  interconnected: false,
  machines: 0,
  online: 0,
  version: 1,
});
const role = (name: string): Role => ({
  id: name as unknown as RoleId,
  name,
  description: '',
  instances: 0,
  online: 0,
  version: 1,
});
const connection = (a: Group, b: Group | Role): Connection => ({
  id: `${a.name}-${b.name}`,
  a: { kind: 'group', id: a.id, name: a.name },
  b: { kind: 'instances' in b ? 'role' : 'group', id: b.id, name: b.name },
  createdAt: '2026-01-01T00:00:00Z',
});
const names = (sides: readonly { name: string }[]) => sides.map(({ name }) => name);

const [web, worker] = [role('Web'), role('Worker')];
const [sql, files, staff, lone] = [group('SQL 10'), group('SQL 2'), group('Staff'), group('Lone')];
const policy = {
  groups: [sql, files, staff, lone],
  roles: [worker, web],
  connections: [connection(sql, web), connection(sql, staff), connection(files, worker)],
};
const all = { find: '', focus: null };

test('shows a small policy whole, by name, and says nothing', () => {
  const part = shownPart(policy, all);
  expect(names(part.groups)).toEqual(['Lone', 'SQL 2', 'SQL 10', 'Staff']);
  expect(names(part.roles)).toEqual(['Web', 'Worker']);
  expect(part.connections).toHaveLength(3);
  expect(part.notShown.size).toBe(0);
  expect(part.sentence).toBeNull();
});

test('shows what is looked for, and its neighbours', () => {
  const part = shownPart(policy, { find: 'web', focus: null });
  expect(names([...part.roles, ...part.groups])).toEqual(['Web', 'SQL 10']);
  expect(names(shownPart(policy, { find: ' WORKER , lone', focus: null }).groups)).toEqual(['Lone', 'SQL 2']);
  expect(part.notShown).toEqual(
    new Map([
      ['SQL 10', 1],
      ['Staff', 1],
      ['SQL 2', 1],
      ['Worker', 1],
    ]),
  );
  expect(part.sentence).toBe('What you look for and what it is connected to: 2 of 6 groups and roles.');
});

test('shows no line that has nothing to do with what is looked for', () => {
  const triangle = { ...policy, connections: [...policy.connections, connection(staff, web)] };
  expect(shownPart(triangle, { find: 'SQL 10', focus: null }).connections.map(({ id }) => id)).toEqual([
    'SQL 10-Web',
    'SQL 10-Staff',
  ]);
});

test('a focus wins over a search, and one that is gone counts for nothing', () => {
  expect(names(shownPart(policy, { find: 'web', focus: 'SQL 2' }).groups)).toEqual(['SQL 2']);
  expect(shownPart(policy, { find: '', focus: 'gone' }).sentence).toBeNull();
});

test('of a large policy, shows what has the most connections', () => {
  const part = shownPart(policy, { ...all, most: 2 });
  expect(names([...part.roles, ...part.groups])).toContain('SQL 10');
  expect(part.roles.length + part.groups.length).toBe(2);
  expect(part.sentence).toBe('The 2 with the most connections, of 6 groups and roles. Find others by their names.');
});

test('says when even the neighbours are too many, and when nothing is found', () => {
  expect(shownPart(policy, { find: '', focus: 'SQL 10', most: 2 }).sentence).toBe(
    'Only SQL 10 and the first 1 of 2 that it is connected to; the table has all of them.',
  );
  expect(shownPart(policy, { find: 'nobody', focus: null }).sentence).toBe('No group or role has that in its name.');
});

test('words are separated by commas', () => {
  expect(wordsOf(' Web, ,SQL servers ')).toEqual(['web', 'sql servers']);
  expect(matches('SQL servers', ['web', 'sql s'])).toBe(true);
  expect(matches('SQL servers', ['web'])).toBe(false);
});
