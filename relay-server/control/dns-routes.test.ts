import { expect, test } from 'vitest';
import { parseLabel } from '#protocol/names.ts';
import type { PolicyChange } from '#protocol/rest/changes.ts';
import { plan } from './changes/plan.ts';
import { directoryOf, machineId, making } from './changes/policy.fixture.ts';
import { putPlan } from './changes/put-plan.ts';
import { selfFactsOf } from './context.ts';
import { toldDnsRoutes, toldOtherwise } from './dns-routes.ts';

/** m0 (the DNS server) and m1 in the group g0; m2 in g1; m3 an instance of r0, m4 of r1; r0 and g1 reach g0. */
function site() {
  const { directory, home } = directoryOf({
    computers: [0, 0, 1].map((group) => ({ group, disabled: false })),
    instances: [0, 1].map((role) => ({ role, disabled: false })),
    interconnected: [false, false],
    roles: 2,
    groupToGroup: [[0, 1]],
    roleToGroup: [[0, 0]],
  });
  const does = (...changes: PolicyChange[]) => {
    const before = toldDnsRoutes(home);
    putPlan(directory, home, plan(home, changes, making()).draft);
    return toldOtherwise(before, toldDnsRoutes(home)).sort();
  };
  const told = (number: number) => selfFactsOf(home, home.findMachine(machineId(number)), 0).dnsRoutes ?? [];
  return { does, told };
}

const routes = (machines: 'all' | 'role-instances', servers = ['m0']): PolicyChange => ({
  do: 'set-dns-routes',
  routes: [{ suffix: 'corp.example', servers: servers.map(parseLabel), machines }],
});
const ROUTE = { suffix: 'corp.example', servers: ['100.64.0.0', 'fd00::0'] };

test('role instances that reach the server are told, and nobody else', () => {
  const { does, told } = site();
  expect(does(routes('role-instances'))).toEqual([machineId(3)]);
  expect(told(3)).toEqual([ROUTE]);
  for (const other of [0, 1, 2, 4]) expect(told(other)).toEqual([]);
  expect(does(routes('role-instances'))).toEqual([]);
});

test('or all machines that reach it, of which the server itself is none', () => {
  const { does, told } = site();
  expect(does(routes('all'))).toEqual([machineId(2), machineId(3)]);
  expect(told(2)).toEqual([ROUTE]);
  expect(told(0)).toEqual([]);
});

test('whoever comes to reach it, or no longer does, is told so', () => {
  const { does, told } = site();
  does(routes('role-instances'));
  const [role, group] = ['r1', 'g0'];
  const sides = { a: { kind: 'role' as const, name: role }, b: { kind: 'group' as const, name: group } };
  expect(does({ do: 'connect', ...sides })).toEqual([machineId(4)]);
  expect(does({ do: 'disconnect', ...sides })).toEqual([machineId(4)]);
  expect(does({ do: 'set-disabled', machines: ['m0'], disabled: true })).toEqual([machineId(3)]);
  expect(told(3)).toEqual([]);
});

test('a server that is not there is left out until somebody is called so', () => {
  const { does, told } = site();
  expect(does(routes('role-instances', ['dc9', 'm0']))).toEqual([machineId(3)]);
  expect(told(3)).toEqual([ROUTE]);
  const renamed = does({ do: 'rename-machine', machine: 'm1', name: parseLabel('dc9') });
  expect(renamed).toEqual([machineId(3)]);
  expect(told(3)[0]?.servers).toEqual(['100.64.0.1', '100.64.0.0', 'fd00::1', 'fd00::0']);
});
