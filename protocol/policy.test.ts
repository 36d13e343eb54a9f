import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type GroupId, groupId, type MachineId, machineId, type RoleId, roleId } from './ids.ts';
import { type ConnectionKey, connectionKey, evaluate, type Policy, type PolicyMachine } from './policy.ts';

const id = (kind: string, number: number) => `${kind}${number.toString(16).padStart(30, '0')}`;
const machine = (number: number) => machineId.parse(id('aa', number));
const group = (number: number) => groupId.parse(id('bb', number));
const role = (number: number) => roleId.parse(id('cc', number));

/** A policy as plain lists, the way an administrator would say it. */
interface Said {
  readonly computers: readonly { name: string; group: number | null; disabled: boolean }[];
  readonly instances: readonly { name: string; role: number; disabled: boolean }[];
  readonly interconnected: readonly boolean[];
  readonly roles: number;
  readonly groupToGroup: readonly (readonly [number, number])[];
  readonly roleToGroup: readonly (readonly [number, number])[];
}

function policyOf(said: Said): Policy {
  const machines = new Map<MachineId, PolicyMachine>();
  for (const { name, group: at, disabled } of said.computers) {
    machines.set(machine(machines.size), {
      kind: 'local-endpoint',
      name,
      group: at === null ? null : group(at),
      disabled,
    });
  }
  for (const { name, role: of, disabled } of said.instances) {
    machines.set(machine(machines.size), { kind: 'role-instance', name, role: role(of), disabled });
  }
  const connections = new Set<ConnectionKey>([
    ...said.groupToGroup.map(([a, b]) => connectionKey(group(a), group(b))),
    ...said.roleToGroup.map(([a, b]) => connectionKey(role(a), group(b))),
  ]);
  const groups = new Map<GroupId, { name: string; interconnected: boolean }>(
    said.interconnected.map((interconnected, number) => [group(number), { name: `group-${number}`, interconnected }]),
  );
  const roles = new Map<RoleId, { name: string }>(
    Array.from({ length: said.roles }, (_, number) => [role(number), { name: `role-${number}` }]),
  );
  return { machines, groups, roles, connections };
}

/**
 * The reference: writes down every pair that the rules of the design name, one rule after the other,
 * and allows nothing else. It shares no code or data structure with `evaluate`.
 */
function pairsThatMayTalk(said: Said): Set<string> {
  const everyone = [
    ...said.computers.map((computer) => ({ ...computer, role: null })),
    ...said.instances.map((instance) => ({ ...instance, group: null })),
  ].map((one, number) => ({ ...one, number }));
  const allowed = new Set<string>();
  const joinAll = (left: typeof everyone, right: typeof everyone) => {
    for (const a of left) for (const b of right) allowed.add(`${a.number}-${b.number}`).add(`${b.number}-${a.number}`);
  };
  const computersIn = (at: number) => everyone.filter((one) => one.role === null && one.group === at);
  const instancesOf = (of: number) => everyone.filter((one) => one.role === of);

  for (const [a, b] of said.groupToGroup) if (a !== b) joinAll(computersIn(a), computersIn(b));
  for (const [a, b] of said.roleToGroup) joinAll(instancesOf(a), computersIn(b));
  said.interconnected.forEach((interconnected, at) => {
    if (interconnected) joinAll(computersIn(at), computersIn(at));
  });
  for (const one of everyone) {
    allowed.delete(`${one.number}-${one.number}`);
    if (!one.disabled) continue;
    for (const other of everyone) {
      allowed.delete(`${one.number}-${other.number}`);
      allowed.delete(`${other.number}-${one.number}`);
    }
  }
  return allowed;
}

const GROUPS = 4;
const ROLES = 3;
const anyGroup = fc.nat({ max: GROUPS - 1 });
const anyRole = fc.nat({ max: ROLES - 1 });
const seldom = fc.nat({ max: 9 }).map((number) => number === 0);
const anySaid: fc.Arbitrary<Said> = fc.record({
  computers: fc.array(
    fc.record({ name: fc.constant('pc'), group: fc.option(anyGroup, { freq: 5 }), disabled: seldom }),
    { maxLength: 8 },
  ),
  instances: fc.array(fc.record({ name: fc.constant('vm'), role: anyRole, disabled: seldom }), { maxLength: 6 }),
  interconnected: fc.array(fc.boolean(), { minLength: GROUPS, maxLength: GROUPS }),
  roles: fc.constant(ROLES),
  groupToGroup: fc.array(fc.tuple(anyGroup, anyGroup), { maxLength: 4 }),
  roleToGroup: fc.array(fc.tuple(anyRole, anyGroup), { maxLength: 4 }),
});

test('evaluate agrees with the reference on every pair of random policies, either way round', () => {
  let allowedPairs = 0;
  fc.assert(
    fc.property(anySaid, (said) => {
      const policy = policyOf(said);
      const expected = pairsThatMayTalk(said);
      const count = policy.machines.size;
      for (let a = 0; a < count; a++) {
        for (let b = 0; b < count; b++) {
          const verdict = evaluate(policy, machine(a), machine(b));
          if (verdict.allowed !== expected.has(`${a}-${b}`)) {
            throw new Error(`${a} to ${b}: evaluate says ${verdict.allowed}: ${verdict.reason}`);
          }
          if (verdict.allowed) allowedPairs++;
        }
      }
    }),
    { numRuns: 1_000 },
  );
  expect(allowedPairs).toBeGreaterThan(1_000);
});

describe('the reasons', () => {
  const said: Said = {
    computers: [
      { name: 'sql01', group: 0, disabled: false },
      { name: 'sql02', group: 0, disabled: false },
      { name: 'desk1', group: 1, disabled: false },
      { name: 'desk2', group: 1, disabled: false },
      { name: 'stray', group: null, disabled: false },
      { name: 'stolen', group: 0, disabled: true },
    ],
    instances: [
      { name: 'web-0', role: 0, disabled: false },
      { name: 'web-1', role: 0, disabled: false },
      { name: 'mail-0', role: 1, disabled: false },
    ],
    interconnected: [false, true, false],
    roles: 2,
    groupToGroup: [[1, 2]],
    roleToGroup: [[0, 0]],
  };
  const policy = policyOf(said);
  const names = new Map([...policy.machines].map(([key, { name }]) => [name, key]));
  const named = (name: string) => names.get(name) ?? machine(999);

  test.each([
    ['web-0', 'sql01', true, 'The role role-0 is connected to the group group-0.'],
    ['sql01', 'web-0', true, 'The group group-0 is connected to the role role-0.'],
    ['desk1', 'desk2', true, 'Both are in the group group-1, whose members are interconnected.'],
    ['sql01', 'sql02', false, 'Both are in the group group-0, whose members are not interconnected.'],
    ['sql01', 'desk1', false, 'The group group-0 (sql01) is not connected to the group group-1 (desk1).'],
    ['mail-0', 'sql01', false, 'The role role-1 (mail-0) is not connected to the group group-0 (sql01).'],
    ['stray', 'sql01', false, 'stray is in no group yet, and an unassigned computer reaches nobody.'],
    ['sql01', 'stray', false, 'stray is in no group yet, and an unassigned computer reaches nobody.'],
    ['web-0', 'stolen', false, 'stolen is disabled by an administrator.'],
    ['sql01', 'sql01', false, 'sql01 is the same machine; it needs no network to reach itself.'],
    ['sql01', 'nobody', false, 'One of the two is not a machine of this subscription.'],
    [
      'web-0',
      'web-1',
      false,
      "web-0 and web-1 are both role instances; those reach each other by the cloud's own network, never through Causeway.",
    ],
    [
      'web-0',
      'mail-0',
      false,
      "web-0 and mail-0 are both role instances; those reach each other by the cloud's own network, never through Causeway.",
    ],
  ])('%s to %s', (from, to, allowed, reason) => {
    expect(evaluate(policy, named(from), named(to))).toEqual({ allowed, reason });
  });

  test('a role connected to a role by mistake is denied all the same', () => {
    const connections = new Set([connectionKey(role(0), role(1)), connectionKey(role(0), role(0))]);
    for (const to of ['mail-0', 'web-1']) {
      expect(evaluate({ ...policy, connections }, named('web-0'), named(to)).allowed).toBe(false);
    }
  });

  test('a group connected to itself by mistake does not interconnect its members', () => {
    const connections = new Set([connectionKey(group(0), group(0))]);
    expect(evaluate({ ...policy, connections }, named('sql01'), named('sql02')).allowed).toBe(false);
  });
});

test('a connection has one key, whichever side is named first', () => {
  expect(connectionKey(group(1), role(2))).toBe(connectionKey(role(2), group(1)));
});
