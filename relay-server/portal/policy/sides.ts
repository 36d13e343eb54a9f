/** What a group or role is connected to, and what it could be connected to. Pure. */
import type { Connection, Group, Role } from '../api/shapes.ts';
import { compareValues } from '../components/compare-values.ts';

export type Side = Connection['a'];

/** Sorted by name, roles first. */
export function otherSides(connections: readonly Connection[], side: Pick<Side, 'id'>): readonly Side[] {
  return connections
    .flatMap(({ a, b }) => (a.id === side.id ? [b] : b.id === side.id ? [a] : []))
    .sort((one, two) => compareValues(two.kind, one.kind) || compareValues(one.name, two.name));
}

/** Whatever it is not connected to yet; roles are connected to groups alone, and nothing to itself. */
export function connectable(
  side: Side,
  connections: readonly Connection[],
  groups: readonly Group[],
  roles: readonly Role[],
): readonly Side[] {
  const taken = new Set<string>([side.id, ...otherSides(connections, side).map(({ id }) => id)]);
  const sides: readonly Side[] = [
    ...(side.kind === 'role' ? [] : roles.map(({ id, name }) => ({ kind: 'role' as const, id, name }))),
    ...groups.map(({ id, name }) => ({ kind: 'group' as const, id, name })),
  ];
  return sides.filter(({ id }) => !taken.has(id)).sort((one, two) => compareValues(one.name, two.name));
}

/** Whether this is the one that an address names: by its id, or by its name in any case. */
export function isNamed({ id, name }: { readonly id: string; readonly name: string }, asked: string): boolean {
  return id === asked || name.toLocaleLowerCase('en') === asked.toLocaleLowerCase('en');
}
