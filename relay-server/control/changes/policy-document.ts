/**
 * A subscription's policy as people keep it in a file, and the changes that lead from the policy there
 * is to the one in a document. Sorted by code points, so that it is the same on every server.
 */
import type { GroupId, RoleId } from '#protocol/ids.ts';
import { connectionKey } from '#protocol/policy.ts';
import type { PolicyChange, PolicyDocument } from '#protocol/rest/changes.ts';
import type { NewSide } from '#protocol/rest/sides.ts';
import type { ConnectionRecord } from '../../store/records.ts';
import type { SubscriptionDirectory } from '../subscription-directory.ts';
import { connectionUndo } from './plan-connections.ts';
import { sameRoutes } from './plan-dns-routes.ts';

type Pair = PolicyDocument['connections'][number];

export function documentOf(home: SubscriptionDirectory): PolicyDocument {
  const groups = [...home.groups.byId.values()].sort(byName);
  const { dnsRoutes = [] } = home.record;
  const roles = [...home.roles.byId.values()].sort(byName);
  const connections = [...home.connections()].map((connection) => pairOf(home, connection)).sort(byPair);
  return {
    groups: groups.map(({ name, description, interconnected }) => ({ name, description, interconnected })),
    roles: roles.map(({ name, description }) => ({ name, description })),
    connections,
    ...(dnsRoutes.length > 0 && { dnsRoutes: [...dnsRoutes] }),
  };
}

/** @param document has been checked (document-checks.ts). @returns none when it says what is there. */
export function differenceTo(home: SubscriptionDirectory, document: PolicyDocument): PolicyChange[] {
  const [groups, roles] = [keyed(document.groups), keyed(document.roles)];
  const wanted = new Map(document.connections.map((pair) => [pairKey(pair), pair]));
  const there = new Map([...home.connections()].map((each) => [pairKey(pairOf(home, each)), each]));
  const goneGroups = [...home.groups.byId.values()].filter(({ name }) => !groups.has(keyOf(name))).sort(byName);
  const goneRoles = [...home.roles.byId.values()].filter(({ name }) => !roles.has(keyOf(name))).sort(byName);
  const gone = new Set<string>([...goneGroups, ...goneRoles].map(({ id }) => id));
  return [
    ...[...there].flatMap(([key, connection]): PolicyChange[] => {
      // With a group or role, its connections go.
      const { group, other } = connection;
      if (wanted.has(key) || gone.has(group) || gone.has(other.id)) return [];
      return [{ ...connectionUndo(connection), do: 'disconnect' }];
    }),
    ...goneGroups.map(({ id }): PolicyChange => ({ do: 'remove-group', group: id })),
    ...goneRoles.map(({ id }): PolicyChange => ({ do: 'remove-role', role: id })),
    ...document.groups.flatMap(({ name, description, interconnected }): PolicyChange[] => {
      const found = home.groups.named(name);
      if (found === undefined) return [{ do: 'create-group', name, description, interconnected }];
      const differs = differing(found, { name, description, interconnected });
      return differs === null ? [] : [{ do: 'change-group', group: found.id, ...differs }];
    }),
    ...document.roles.flatMap(({ name, description }): PolicyChange[] => {
      const found = home.roles.named(name);
      if (found === undefined) return [{ do: 'create-role', name, description }];
      const differs = differing(found, { name, description });
      return differs === null ? [] : [{ do: 'change-role', role: found.id, ...differs }];
    }),
    ...[...wanted].flatMap(([key, [a, b]]): PolicyChange[] =>
      there.has(key) ? [] : [{ do: 'connect', a: sideOf(home, a), b: sideOf(home, b) }],
    ),
    ...dnsRouteChanges(home, document),
  ];
}

function dnsRouteChanges(home: SubscriptionDirectory, { dnsRoutes = [] }: PolicyDocument): PolicyChange[] {
  const routes = dnsRoutes.toSorted((a, b) => byCodePoints(a.suffix, b.suffix));
  return sameRoutes(home.record.dnsRoutes ?? [], routes) ? [] : [{ do: 'set-dns-routes', routes }];
}

/** `role Web` → its kind and name. */
export function parseSide(text: string): { readonly kind: 'group' | 'role'; readonly name: string } {
  return text.startsWith('group ') ? { kind: 'group', name: text.slice(6) } : { kind: 'role', name: text.slice(5) };
}

/** Names that differ only in case are the same one. */
export function keyOf(name: string): string {
  return name.toLowerCase();
}

/** Whichever comes first: a connection works both ways. */
export function pairKey([a, b]: Pair): string {
  return connectionKey(sideKey(a) as GroupId, sideKey(b) as GroupId);
}

export function byCodePoints(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function sideKey(text: string): string {
  const { kind, name } = parseSide(text);
  return `${kind} ${keyOf(name)}`;
}

/** A role first, as it is the role that is connected to a group; of two groups, the first by name. */
function pairOf(home: SubscriptionDirectory, { group, other }: ConnectionRecord): Pair {
  const near = `group ${home.groups.byId.get(group)?.name ?? group}`;
  if (other.kind === 'role') return [`role ${home.roles.byId.get(other.id)?.name ?? other.id}`, near];
  const far = `group ${home.groups.byId.get(other.id)?.name ?? other.id}`;
  return byCodePoints(near, far) < 0 ? [near, far] : [far, near];
}

/** One that is there by its id, so that no name can be taken for another's id; a new one by its name. */
function sideOf(home: SubscriptionDirectory, text: string): NewSide {
  const { kind, name } = parseSide(text);
  const found: { readonly id: GroupId | RoleId } | undefined =
    kind === 'group' ? home.groups.named(name) : home.roles.named(name);
  return found === undefined ? { kind, name } : { kind, id: found.id };
}

function keyed(things: readonly { readonly name: string }[]): Set<string> {
  return new Set(things.map(({ name }) => keyOf(name)));
}

function differing<Wanted extends object>(found: NoInfer<Wanted>, wanted: Wanted): Partial<Wanted> | null {
  const differs = Object.entries(wanted).filter(([key, value]) => found[key as keyof Wanted] !== value);
  return differs.length === 0 ? null : (Object.fromEntries(differs) as Partial<Wanted>);
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return byCodePoints(a.name, b.name);
}

function byPair(a: Pair, b: Pair): number {
  return byCodePoints(a[0], b[0]) || byCodePoints(a[1], b[1]);
}
