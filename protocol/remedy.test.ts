import { describe, expect, test } from 'vitest';
import { type GroupId, groupId, type MachineId, machineId, type RoleId, roleId } from './ids.ts';
import { connectionKey, type Policy, type PolicyMachine } from './policy.ts';
import { remedyFor } from './remedy.ts';

const id = (kind: string) => kind.repeat(16);
const [office, lab, hall] = [groupId.parse(id('b1')), groupId.parse(id('b2')), groupId.parse(id('b3'))];
const [web, api] = [roleId.parse(id('c1')), roleId.parse(id('c2'))];
const machine = (number: number) => machineId.parse(id(`d${number}`));
const [pc, sql, loose, www, other] = [1, 2, 3, 4, 5].map(machine) as [
  MachineId,
  MachineId,
  MachineId,
  MachineId,
  MachineId,
];
const computer = (name: string, group: GroupId | null, disabled = false): PolicyMachine => ({
  kind: 'local-endpoint',
  name,
  group,
  disabled,
});
const instance = (name: string, role: RoleId): PolicyMachine => ({ kind: 'role-instance', name, role });

function policyOf(
  connections: readonly (readonly [GroupId, GroupId | RoleId])[],
  more: { interconnected?: GroupId; disabled?: boolean; pcIn?: GroupId | null } = {},
): Policy {
  const group = (at: GroupId, name: string) => [at, { name, interconnected: more.interconnected === at }] as const;
  return {
    machines: new Map([
      [pc, computer('pc', more.pcIn === undefined ? office : more.pcIn, more.disabled)],
      [sql, computer('sql', lab)],
      [loose, computer('loose', null)],
      [www, instance('www', web)],
      [other, instance('other', api)],
    ]),
    groups: new Map([group(office, 'Office'), group(lab, 'Lab'), group(hall, 'Hall')]),
    roles: new Map([
      [web, { name: 'Web' }],
      [api, { name: 'API' }],
    ]),
    connections: new Set(connections.map(([a, b]) => connectionKey(a, b))),
  };
}

describe('nothing helps', () => {
  test.each<[string, Policy, MachineId, MachineId]>([
    ['those who may talk', policyOf([[office, lab]]), pc, sql],
    ['a machine and itself', policyOf([]), pc, pc],
    ['two role instances', policyOf([]), www, other],
    ['a stranger', policyOf([]), pc, machine(9)],
  ])('%s', (_, policy, a, b) => {
    expect(remedyFor(policy, a, b)).toBeNull();
  });
});

describe('one change helps', () => {
  test('sides that are not connected are', () => {
    expect(remedyFor(policyOf([]), www, pc)).toEqual({
      sentence: 'Connect the role Web to the group Office.',
      changes: [{ do: 'connect', a: { kind: 'role', id: web }, b: { kind: 'group', id: office } }],
    });
  });

  test('members of one group are interconnected', () => {
    expect(remedyFor(policyOf([], { pcIn: lab }), pc, sql)).toEqual({
      sentence: 'Let the members of the group Lab reach each other.',
      changes: [{ do: 'change-group', group: lab, interconnected: true }],
    });
  });

  test('a disabled machine is enabled, and connected if it takes that too', () => {
    const enable = { do: 'set-disabled', machines: [pc], disabled: false };
    expect(remedyFor(policyOf([[office, lab]], { disabled: true }), sql, pc)).toEqual({
      sentence: 'Enable pc.',
      changes: [enable],
    });
    const both = remedyFor(policyOf([], { disabled: true }), sql, pc);
    expect(both?.sentence).toBe('Enable pc, and connect the group Lab to the group Office.');
    expect(both?.changes).toEqual([enable, expect.objectContaining({ do: 'connect' })]);
  });
});

describe('an unassigned computer', () => {
  test('is put in the only group that would do', () => {
    expect(remedyFor(policyOf([[office, web]]), www, loose)).toEqual({
      sentence: 'Put loose in the group Office.',
      changes: [{ do: 'assign', machines: [loose], group: office }],
    });
    expect(remedyFor(policyOf([], { interconnected: lab }), loose, sql)?.changes).toEqual([
      { do: 'assign', machines: [loose], group: lab },
    ]);
  });

  test('is somebody’s choice where several would do, or none', () => {
    const several = policyOf([
      [office, web],
      [hall, web],
    ]);
    expect(remedyFor(several, loose, www)).toEqual({
      sentence: 'Put loose in one of the 2 groups whose members reach the role Web, to which www belongs.',
      changes: [],
    });
    expect(remedyFor(policyOf([]), loose, sql)).toEqual({
      sentence: 'Put loose in a group, and connect that to the group Lab, to which sql belongs.',
      changes: [],
    });
    expect(remedyFor(policyOf([], { pcIn: null }), loose, pc)?.changes).toEqual([]);
  });
});
