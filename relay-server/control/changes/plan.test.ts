import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isRefusal } from '#protocol/errors.ts';
import { type PolicyChange, type PolicyChangeInput, policyChange } from '#protocol/rest/changes.ts';
import type { MachineRecord } from '../../store/records.ts';
import type { Directory } from '../directory.ts';
import type { SubscriptionDirectory } from '../subscription-directory.ts';
import { plan } from './plan.ts';
import { change, directoryOf, groupId, machineId, making, roleId, type Said, said } from './policy.fixture.ts';
import { putPlan } from './put-plan.ts';

/** m0 and m1 in g0, m2 in none, m3 of r0; r0 is connected to g0. */
const office: Said = {
  computers: [
    { group: 0, disabled: false },
    { group: 0, disabled: false },
    { group: null, disabled: false },
  ],
  instances: [{ role: 0, disabled: false }],
  interconnected: [false, false],
  roles: 2,
  groupToGroup: [],
  roleToGroup: [[0, 0]],
};
const parse = (inputs: readonly PolicyChangeInput[]): PolicyChange[] =>
  inputs.map((input) => policyChange.parse(input));
const planned = (...inputs: PolicyChangeInput[]) => plan(directoryOf(office).home, parse(inputs), making());
const sentences = (...inputs: PolicyChangeInput[]) => planned(...inputs).steps.map(({ sentence }) => sentence);
const g = (name: string) => ({ kind: 'group' as const, name });
const r = (name: string) => ({ kind: 'role' as const, name });

/** What policy is made of, but for versions, times and the ids of connections. */
function essence(home: SubscriptionDirectory) {
  const machine = ({ version: _, ...rest }: MachineRecord) => rest;
  return {
    groups: [...home.groups.byId.values()].map(({ version: _, ...rest }) => rest).sort(byId),
    roles: [...home.roles.byId.values()].map(({ version: _, ...rest }) => rest).sort(byId),
    machines: [...home.machines.after(undefined)].map(machine),
    members: [...home.groups.byId.keys()]
      .sort()
      .map((id) => [...home.membersOf(id).after(undefined)].map(({ name }) => name)),
    connections: [...home.policy.connections].sort(),
  };
}
const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);

describe('what is refused', () => {
  test.each<[string, PolicyChangeInput[]]>([
    ['NOT_FOUND', [{ do: 'remove-group', group: 'nowhere' }]],
    ['NOT_FOUND', [{ do: 'assign', machines: ['m0', 'nobody'], group: 'g1' }]],
    [
      'NOT_FOUND',
      [
        { do: 'remove-group', group: 'g0' },
        { do: 'change-group', group: 'g0', name: 'x' },
      ],
    ],
    ['EXISTS_ALREADY', [{ do: 'create-group', name: 'G0' }]],
    [
      'EXISTS_ALREADY',
      [
        { do: 'create-role', name: 'new' },
        { do: 'create-role', name: 'NEW' },
      ],
    ],
    ['EXISTS_ALREADY', [{ do: 'change-role', role: 'r0', name: 'r1' }]],
    ['EXISTS_ALREADY', [{ do: 'create-group', id: groupId(0), name: 'another' }]],
    // A group and a role under one id would share members and connections.
    [
      'EXISTS_ALREADY',
      [
        { do: 'create-group', id: groupId(9), name: 'x' },
        { do: 'create-role', id: groupId(9) as never, name: 'x' },
      ],
    ],
    ['NAME_TAKEN', [{ do: 'rename-machine', machine: 'm0', name: 'm1' as never }]],
    ['ROLE_TO_ROLE', [{ do: 'connect', a: r('r0'), b: r('r1') }]],
    ['GROUP_TO_ITSELF', [{ do: 'connect', a: g('g0'), b: g('G0') }]],
    ['ROLE_INSTANCE_IN_GROUP', [{ do: 'assign', machines: ['m0', 'm3'], group: 'g1' }]],
    ['CHANGED_MEANWHILE', [{ do: 'change-group', group: 'g0', name: 'x', expect: 2 }]],
    ['CHANGED_MEANWHILE', [{ do: 'remove-role', role: 'r0', expect: 2 }]],
  ])('%s: %j', (code, inputs) => {
    expect(() => planned(...inputs)).toThrow(expect.objectContaining({ code }));
  });

  test('an id that a group or role of another subscription has', () => {
    const { home } = directoryOf(office);
    const create = parse([{ do: 'create-group', id: groupId(77), name: 'x' }]);
    expect(() =>
      plan(
        home,
        create,
        making((id) => id === groupId(77)),
      ),
    ).toThrow(expect.objectContaining({ code: 'EXISTS_ALREADY' }));
  });

  test('names who has changed it', () => {
    const { home } = directoryOf(office);
    const made = making();
    made.changers.changed([groupId(0)], { kind: 'person', id: 'p', name: 'Ada', address: '' });
    const changes = parse([{ do: 'change-group', group: 'g0', name: 'x', expect: 7 }]);
    expect(() => plan(home, changes, made)).toThrow('Ada changed the group g0 while you were editing it.');
  });
});

describe('a batch', () => {
  test('sees its own changes, and expects versions as they were before it', () => {
    const steps = sentences(
      { do: 'create-group', name: 'Servers' },
      { do: 'change-group', group: 'servers', interconnected: true },
      { do: 'change-group', group: 'g0', name: 'Office', expect: 1 },
      { do: 'change-group', group: 'Office', description: 'upstairs', expect: 1 },
      { do: 'connect', a: r('r0'), b: g('Servers') },
      { do: 'assign', machines: ['m0', 'm2'], group: 'Servers' },
      { do: 'assign', machines: ['m0'], group: null },
      { do: 'remove-group', group: 'Office' },
    );
    expect(steps).toEqual([
      'Creates the group Servers.',
      'Lets the members of the group Servers reach each other.',
      'Renames the group g0 to Office.',
      'Changes the description of the group Office.',
      'Connects the role r0 to the group Servers.',
      'Puts 2 computers in the group Servers.',
      'Takes m0 out of its group.',
      'Removes the group Office; the computer in it is in none then.',
    ]);
  });

  test('that says what is so already does nothing', () => {
    const made = planned(
      { do: 'connect', a: g('g0'), b: r('r0') },
      { do: 'disconnect', a: g('g1'), b: r('r0') },
      { do: 'assign', machines: ['m0', 'm1'], group: 'g0' },
      { do: 'assign', machines: ['m3'], group: null },
      { do: 'set-disabled', machines: ['m0'], disabled: false },
      { do: 'change-group', group: 'g0', name: 'g0', interconnected: false },
      { do: 'rename-machine', machine: 'm0', name: 'm0' as never },
    );
    expect(made.operations).toEqual([]);
    expect(made.undo).toEqual([]);
    expect(made.steps.every(({ told }) => told === null)).toBe(true);
  });

  test('tells the audit what was and what is', () => {
    const told = (input: PolicyChangeInput) => planned(input).steps[0]?.told;
    expect(told({ do: 'change-group', group: 'g0', name: 'Office', interconnected: false })).toEqual({
      action: 'group.change',
      target: { kind: 'group', id: groupId(0), name: 'Office' },
      before: { name: 'g0' },
      after: { name: 'Office' },
    });
    expect(told({ do: 'assign', machines: ['m0', 'm2'], group: 'g1' })).toEqual({
      action: 'machine.assign',
      target: { kind: 'group', id: groupId(1), name: 'g1' },
      before: {
        groups: [
          { group: 'g0', machines: 1, names: ['m0'] },
          { group: null, machines: 1, names: ['m2'] },
        ],
      },
      after: { group: 'g1', machines: 2, names: ['m0', 'm2'] },
    });
    expect(told({ do: 'remove-group', group: 'g0' })?.before).toMatchObject({
      connections: ['the role r0'],
      names: ['m0', 'm1'],
    });
  });

  test('that removes machines says why it can not be undone', () => {
    expect(planned({ do: 'remove-machines', machines: ['m0'] })).toMatchObject({
      undo: null,
      whyNot: expect.stringContaining('activated again'),
    });
    expect(planned({ do: 'remove-role', role: 'r0' })).toMatchObject({
      undo: null,
      whyNot: expect.stringContaining('its 1 instance,'),
    });
    expect(planned({ do: 'remove-role', role: 'r1' }).whyNot).toBeNull();
  });

  test('counts the instances of a role that lost some, and not those of one that is gone', () => {
    const operations = planned({ do: 'remove-machines', machines: ['m3'] }).operations;
    expect(operations.at(-1)).toEqual({ do: 'count-instances', role: roleId(0), at: 1_000 });
    const both = planned({ do: 'remove-machines', machines: [machineId(3)] }, { do: 'remove-role', role: 'r0' });
    expect(both.operations.map((operation) => operation.do)).toEqual(['remove-machines', 'remove-role']);
  });
});

function applyTo(directory: Directory, home: SubscriptionDirectory, changes: readonly PolicyChange[]) {
  const made = plan(
    home,
    changes,
    making((id) => directory.hasSide(id)),
  );
  putPlan(directory, home, made.draft);
  return made;
}

test('undoing brings back what was, whatever was done', () => {
  let undone = 0;
  fc.assert(
    fc.property(said, fc.array(change, { minLength: 1, maxLength: 8 }), (policy, changes) => {
      const { directory, home } = directoryOf(policy);
      const accepted: PolicyChange[] = [];
      for (const each of changes) {
        try {
          plan(home, [...accepted, each], making());
          accepted.push(each);
        } catch (error) {
          if (!isRefusal(error)) throw error;
        }
      }
      const before = essence(home);
      const { undo, whyNot } = applyTo(directory, home, accepted);
      expect(undo === null).toBe(whyNot !== null);
      if (undo === null) return;
      const redo = applyTo(directory, home, parse(undo));
      expect(essence(home)).toEqual(before);
      // And what was undone can be done again.
      expect(redo.undo).not.toBeNull();
      undone++;
    }),
    { numRuns: 1_000 },
  );
  expect(undone).toBeGreaterThan(200);
});

test('the draft and the directory agree on what is there after a batch', () => {
  fc.assert(
    fc.property(said, fc.array(change, { minLength: 1, maxLength: 8 }), (policy, changes) => {
      // One by one, each change in a batch of its own …
      const one = directoryOf(policy);
      const accepted: PolicyChange[] = [];
      for (const each of changes) {
        try {
          applyTo(one.directory, one.home, [each]);
          accepted.push(each);
        } catch (error) {
          if (!isRefusal(error)) throw error;
        }
      }
      // … is what they come to as one batch, but for the ids that were made up.
      const all = directoryOf(policy);
      applyTo(all.directory, all.home, accepted);
      const named = ({ home }: typeof all) => ({
        groups: home.groups
          .list()
          .map(({ name, interconnected, description }) => ({ name, interconnected, description })),
        roles: home.roles.list().map(({ name }) => name),
        machines: [...home.machines.after(undefined)].map((machine) => [
          machine.name,
          machine.disabled,
          machine.version,
          home.sideOf(machine)?.name,
        ]),
        connections: [...home.connections()]
          .map((each) => [home.groups.byId.get(each.group)?.name, each.other.kind])
          .sort(),
      });
      expect(named(all)).toEqual(named(one));
    }),
    { numRuns: 1_000 },
  );
});
