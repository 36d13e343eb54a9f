/**
 * Random policies and random changes of them, for tests of what changes come to. Names are few, so that
 * changes meet each other.
 */
import fc from 'fast-check';
import type { GroupId, MachineId, RoleId, SigningPublicKey, SubscriptionId, TunnelPublicKey } from '#protocol/ids.ts';
import { parseLabel } from '#protocol/names.ts';
import { type PolicyChange, policyChange } from '#protocol/rest/changes.ts';
import type { ConnectionRecord, MachineRecord, Side } from '../../store/records.ts';
import { Directory } from '../directory.ts';
import type { SubscriptionDirectory } from '../subscription-directory.ts';
import { Changers } from './changers.ts';

export const SUBSCRIPTION = 'aa'.repeat(16) as SubscriptionId;

const idOf = (kind: string, number: number) => kind + number.toString(16).padStart(30, '0');
export const groupId = (number: number) => idOf('bb', number) as GroupId;
export const roleId = (number: number) => idOf('cc', number) as RoleId;
export const machineId = (number: number) => idOf('dd', number) as MachineId;

/** A policy as an administrator would say it, by numbers. */
export interface Said {
  readonly computers: readonly { readonly group: number | null; readonly disabled: boolean }[];
  readonly instances: readonly { readonly role: number; readonly disabled: boolean }[];
  readonly interconnected: readonly boolean[];
  readonly roles: number;
  readonly groupToGroup: readonly (readonly [number, number])[];
  readonly roleToGroup: readonly (readonly [number, number])[];
}

export function directoryOf(said: Said): { directory: Directory; home: SubscriptionDirectory } {
  const common = { subscription: SUBSCRIPTION, description: '', version: 1 };
  const connections = new Map<string, ConnectionRecord>();
  const connect = (group: number, other: Side) => {
    const id = [groupId(group), other.id].sort().join('-');
    connections.set(id, { id, subscription: SUBSCRIPTION, group: groupId(group), other, createdAt: 0 });
  };
  for (const [a, b] of said.groupToGroup) if (a !== b) connect(a, { kind: 'group', id: groupId(b) });
  for (const [role, group] of said.roleToGroup) connect(group, { kind: 'role', id: roleId(role) });
  const directory = new Directory({
    locks: { steps: [], certificates: [] },
    subscriptions: [{ id: SUBSCRIPTION, name: parseLabel('contoso'), createdAt: 0, policyVersion: 1, version: 1 }],
    groups: said.interconnected.map((interconnected, at) => ({
      ...common,
      id: groupId(at),
      name: `g${at}`,
      interconnected,
    })),
    roles: Array.from({ length: said.roles }, (_, at) => ({ ...common, id: roleId(at), name: `r${at}` })),
    machines: [
      ...said.computers.map(({ group, disabled }, at) =>
        machineOf(at, disabled, { kind: 'local-endpoint', group: group === null ? null : groupId(group) }),
      ),
      ...said.instances.map(({ role, disabled }, at) =>
        machineOf(said.computers.length + at, disabled, { kind: 'role-instance', role: roleId(role) }),
      ),
    ],
    connections: [...connections.values()],
  });
  return { directory, home: directory.find('contoso') };
}

export function machineOf(
  number: number,
  disabled: boolean,
  side: { kind: 'local-endpoint'; group: GroupId | null } | { kind: 'role-instance'; role: RoleId },
): MachineRecord {
  return {
    id: machineId(number),
    subscription: SUBSCRIPTION,
    name: parseLabel(`m${number}`),
    ipv4: `100.${64 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}`,
    ipv6: `fd00::${number.toString(16)}`,
    signingKey: `s${number}` as SigningPublicKey,
    tunnelKey: `t${number}` as TunnelPublicKey,
    disabled,
    os: 'Debian',
    agentVersion: '1.2.3',
    activatedAt: number,
    lastSeenAt: null,
    version: 1,
    ...side,
  };
}

/** What plans are made with: identifiers in order, nobody else's in the way. */
export function making(isTaken: (id: string) => boolean = () => false) {
  let made = 0;
  return { now: 1_000, newId: () => idOf('ee', made++), isTaken, changers: new Changers() };
}

const GROUPS = 4;
const ROLES = 3;
const MACHINES = 9;
const below = (count: number) => fc.nat(count - 1);

/** Some, but not so many that nearly every change is of machines that reach nobody either way. */
const disabled = fc.nat(4).map((number) => number === 4);

export const said: fc.Arbitrary<Said> = fc.record({
  computers: fc.array(fc.record({ group: fc.option(below(GROUPS)), disabled }), { maxLength: 7 }),
  instances: fc.array(fc.record({ role: below(ROLES), disabled }), { maxLength: 4 }),
  interconnected: fc.array(fc.boolean(), { minLength: GROUPS, maxLength: GROUPS }),
  roles: fc.constant(ROLES),
  groupToGroup: fc.array(fc.tuple(below(GROUPS), below(GROUPS)), { maxLength: 4 }),
  roleToGroup: fc.array(fc.tuple(below(ROLES), below(GROUPS)), { maxLength: 4 }),
});

const group = below(GROUPS + 1).map((number) => `g${number}`);
const role = below(ROLES + 1).map((number) => `r${number}`);
const machine = below(MACHINES).map((number) => `m${number}`);
const machines = fc.array(machine, { minLength: 1, maxLength: 5 });
const side = fc.oneof(
  group.map((name) => ({ kind: 'group' as const, name })),
  role.map((name) => ({ kind: 'role' as const, name })),
);
const dnsRoutes = fc.uniqueArray(
  fc.record({
    suffix: fc.constantFrom('corp.example', 'lab.example', '10.in-addr.arpa'),
    servers: fc.uniqueArray(machine, { minLength: 1, maxLength: 3 }),
    machines: fc.constantFrom('role-instances', 'all'),
  }),
  { selector: ({ suffix }) => suffix, maxLength: 3 },
);
const does = <Do extends PolicyChange['do']>(what: Do) => fc.constant(what);

/** Names often miss what there is: then the change is refused. */
export const change: fc.Arbitrary<PolicyChange> = fc
  .oneof(
    fc.record({ do: does('create-group'), name: group, interconnected: fc.boolean() }),
    fc.record({ do: does('change-group'), group, interconnected: fc.boolean() }),
    fc.record({ do: does('change-group'), group, name: group, description: fc.constantFrom('', 'text') }),
    fc.record({ do: does('remove-group'), group }),
    fc.record({ do: does('create-role'), name: role }),
    fc.record({ do: does('change-role'), role, name: role }),
    fc.record({ do: does('remove-role'), role }),
    fc.record({ do: does('connect'), a: side, b: side }),
    fc.record({ do: does('disconnect'), a: side, b: side }),
    fc.record({ do: does('assign'), machines, group: fc.option(group) }),
    fc.record({ do: does('set-disabled'), machines, disabled: fc.boolean() }),
    fc.record({ do: does('rename-machine'), machine, name: fc.oneof(machine, fc.constant('new-name')) }),
    fc.record({ do: does('remove-machines'), machines }),
    fc.record({ do: does('set-dns-routes'), routes: dnsRoutes }),
  )
  .map((input) => policyChange.parse(input));
