import { describe, expect, test } from 'vitest';
import { isRefusal } from '#protocol/errors.ts';
import { machineQuery, machineSort } from '#protocol/rest/machines.ts';
import { directoryOf, machineId, type Said } from './changes/policy.fixture.ts';
import { findMachines } from './machine-list.ts';
import { MachineOrders, type Sort } from './machine-orders.ts';
import { Presence } from './presence.ts';

function scene(said: Said) {
  const { directory, home } = directoryOf(said);
  const presence = new Presence();
  const orders = new MachineOrders(presence);
  const find = (query: object) => findMachines(orders, presence, home, machineQuery.parse(query));
  const names = (query: object) => find(query).items.map(({ name }) => name);
  return { directory, home, presence, find, names };
}

/** m0 to m5: two in g0, one of them disabled, two in g1, one unassigned, one of the role r0. */
const small: Said = {
  computers: [
    { group: 1, disabled: false },
    { group: 0, disabled: false },
    { group: null, disabled: false },
    { group: 0, disabled: true },
    { group: 1, disabled: false },
  ],
  instances: [{ role: 0, disabled: false }],
  interconnected: [false, false],
  roles: 1,
  groupToGroup: [],
  roleToGroup: [],
};

describe('a query', () => {
  test('filters by group, role, kind and state', () => {
    const { presence, names } = scene(small);
    presence.arrive(machineId(1), { address: '', send: () => {}, close: () => {} });
    expect(names({ group: 'G0' })).toEqual(['m1', 'm3']);
    expect(names({ group: 'none' })).toEqual(['m2']);
    expect(names({ role: 'r0' })).toEqual(['m5']);
    expect(names({ kind: 'role-instance' })).toEqual(['m5']);
    expect(names({ state: 'online' })).toEqual(['m1']);
    expect(names({ state: 'disabled' })).toEqual(['m3']);
    expect(names({ state: 'offline', group: 'g1' })).toEqual(['m0', 'm4']);
    expect(() => names({ group: 'nowhere' })).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  test('searches names, addresses, systems, versions and what machines belong to', () => {
    const { directory, home, names } = scene(small);
    directory.putMachine({ ...home.findMachine('m2'), os: 'Windows 11', agentVersion: '9.9' });
    expect(names({ search: 'M3' })).toEqual(['m3']);
    expect(names({ search: '100.64.0.4' })).toEqual(['m4']);
    expect(names({ search: 'fd00::5' })).toEqual(['m5']);
    expect(names({ search: 'windows' })).toEqual(['m2']);
    expect(names({ search: '9.9' })).toEqual(['m2']);
    expect(names({ search: 'G1' })).toEqual(['m0', 'm4']);
    expect(names({ search: 'nothing like it' })).toEqual([]);
  });

  test('sorts by every column, either way, equal ones by name', () => {
    const { directory, home, presence, names } = scene(small);
    presence.arrive(machineId(4), { address: '', send: () => {}, close: () => {} });
    directory.putMachine({ ...home.findMachine('m0'), os: 'Arch', agentVersion: '1.10.0', lastSeenAt: 5 });
    expect(names({ sort: 'name', order: 'descending' })).toEqual(['m5', 'm4', 'm3', 'm2', 'm1', 'm0']);
    expect(names({ sort: 'group' })).toEqual(['m2', 'm1', 'm3', 'm0', 'm4', 'm5']);
    expect(names({ sort: 'os' })).toEqual(['m0', 'm1', 'm2', 'm3', 'm4', 'm5']);
    // 1.10 is after 1.2.
    expect(names({ sort: 'agentVersion' })).toEqual(['m1', 'm2', 'm3', 'm4', 'm5', 'm0']);
    expect(names({ sort: 'online' })).toEqual(['m4', 'm0', 'm1', 'm2', 'm5', 'm3']);
    expect(names({ sort: 'lastSeenAt', order: 'descending' })).toEqual(['m0', 'm5', 'm4', 'm3', 'm2', 'm1']);
  });

  test('follows what changes, though orders are kept', () => {
    const { directory, home, names, find } = scene(small);
    expect(names({ sort: 'group' })).toEqual(['m2', 'm1', 'm3', 'm0', 'm4', 'm5']);
    home.putGroup({ ...home.groups.find('g1'), name: 'a' });
    expect(names({ sort: 'group' })).toEqual(['m2', 'm0', 'm4', 'm1', 'm3', 'm5']);
    directory.deleteMachine(home.findMachine('m0'));
    expect(names({ sort: 'group' })).toEqual(['m2', 'm4', 'm1', 'm3', 'm5']);
    directory.putMachine({ ...home.findMachine('m1'), lastSeenAt: 7 });
    expect(find({ sort: 'group' }).items.find(({ name }) => name === 'm1')?.lastSeenAt).toBe(7);
    expect(names({ sort: 'lastSeenAt', order: 'descending' })[0]).toBe('m1');
  });

  test('refuses an `after` that no page said', () => {
    const { names } = scene(small);
    for (const after of ['m1 nx', ' ', 'm1 q1']) {
      try {
        names({ after });
        expect.unreachable();
      } catch (error) {
        expect(isRefusal(error, 'REQUEST_MALFORMED')).toBe(true);
      }
    }
  });
});

const large: Said = {
  computers: Array.from({ length: 10_000 }, (_, at) => ({
    group: at % 7 === 0 ? null : at % 500,
    disabled: at % 11 === 0,
  })),
  instances: [],
  interconnected: Array.from({ length: 500 }, () => false),
  roles: 0,
  groupToGroup: [],
  roleToGroup: [],
};

describe('of 10,000 machines', () => {
  const all = scene(large);

  test.each(machineSort.options.flatMap((sort) => [[sort, 'ascending'] as const, [sort, 'descending'] as const]))(
    'pages by %s, %s, hold each once',
    (sort: Sort, order) => {
      const seen: string[] = [];
      let after: string | undefined;
      do {
        const page = all.find({ sort, order, limit: 1000, search: 'm1', after });
        expect(page.total).toBe(1_111);
        seen.push(...page.items.map(({ name }) => name));
        after = page.next ?? undefined;
      } while (after !== undefined);
      expect(seen).toHaveLength(1_111);
      expect(new Set(seen).size).toBe(1_111);
      const whole = all.names({ sort, order, limit: 1000, search: 'm1' });
      expect(seen.slice(0, 1000)).toEqual(whole);
    },
  );

  test('a page is found while typing', () => {
    const times = ['m', 'm1', 'm12', 'm123', 'g4', 'debian', '100.64.1'].flatMap((search) =>
      machineSort.options.map((sort) => {
        all.find({ search, sort });
        const started = performance.now();
        all.find({ search, sort, order: 'descending' });
        return performance.now() - started;
      }),
    );
    const middle = times.sort((a, b) => a - b)[times.length >> 1] ?? 0;
    // Some 5 ms on an idle computer; sorting as a database would takes ten times that.
    expect(middle).toBeLessThan(100);
  });
});
