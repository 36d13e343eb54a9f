/**
 * Random administration against an obvious model: after every step the server's policy says the same
 * as the model about every pair, in its answers, in memory and after it was read from the store again.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CausewayError, isRefusal } from '#protocol/errors.ts';
import type { SigningPublicKey, TunnelPublicKey } from '#protocol/ids.ts';
import { parseLabel } from '#protocol/names.ts';
import { evaluate } from '#protocol/policy.ts';
import { systemClock } from '../../clock.ts';
import { newId, systemRandom } from '../../random.ts';
import type { MachineRecord, TokenRecord } from '../../store/records.ts';
import { openSqliteStore } from '../../store/sqlite.ts';
import type { Store } from '../../store/store.ts';
import { grantKey } from '../../tls/grant-key.ts';
import { ControlPlane } from '../control-plane.ts';
import type { SubscriptionDirectory } from '../subscription-directory.ts';
import { connect, disconnect } from './connections.ts';
import { changeGroup, createGroup, removeGroup } from './groups.ts';
import { changeMachine, removeMachine } from './machines.ts';
import { createRole, removeRole } from './roles.ts';
import { createSubscription } from './subscriptions.ts';

/** Everything by name, as a person would write it on paper. */
interface Model {
  groups: Map<string, { interconnected: boolean }>;
  roles: Set<string>;
  machines: Map<string, { role?: string; group?: string | undefined; disabled: boolean }>;
  connections: [string, string][];
}

function allowedByModel(model: Model, a: string, b: string): boolean {
  const [from, to] = [model.machines.get(a), model.machines.get(b)];
  if (from === undefined || to === undefined || a === b || from.disabled || to.disabled) return false;
  if (from.role !== undefined && to.role !== undefined) return false;
  const side = (machine: { role?: string; group?: string | undefined }) =>
    machine.role !== undefined ? `role ${machine.role}` : machine.group !== undefined ? `group ${machine.group}` : null;
  const [left, right] = [side(from), side(to)];
  if (left === null || right === null) return false;
  if (left === right) return model.groups.get(from.group ?? '')?.interconnected === true;
  return model.connections.some(([x, y]) => (x === left && y === right) || (x === right && y === left));
}

const GROUPS = ['g0', 'g1', 'g2'];
const ROLES = ['r0', 'r1'];
const MACHINES = ['m0', 'm1', 'm2', 'm3', 'm4', 'm5'];
const group = fc.constantFrom(...GROUPS);
const role = fc.constantFrom(...ROLES);
const machine = fc.constantFrom(...MACHINES);
const side = fc.oneof(
  group.map((name) => ({ kind: 'group' as const, name })),
  role.map((name) => ({ kind: 'role' as const, name })),
);
const step = fc.oneof(
  fc.record({ do: fc.constant('createGroup' as const), name: group, interconnected: fc.boolean() }),
  fc.record({ do: fc.constant('changeGroup' as const), name: group, interconnected: fc.boolean() }),
  fc.record({ do: fc.constant('removeGroup' as const), name: group }),
  fc.record({ do: fc.constant('createRole' as const), name: role }),
  fc.record({ do: fc.constant('removeRole' as const), name: role }),
  fc.record({ do: fc.constant('activate' as const), name: machine, role: fc.option(role), group: fc.option(group) }),
  fc.record({ do: fc.constant('move' as const), name: machine, group: fc.option(group) }),
  fc.record({ do: fc.constant('disable' as const), name: machine, disabled: fc.boolean() }),
  fc.record({ do: fc.constant('remove' as const), name: machine }),
  fc.record({ do: fc.constant('connect' as const), a: side, b: side }),
  fc.record({ do: fc.constant('disconnect' as const), a: side, b: side }),
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

let directory: string;
let store: Store;
let plane: ControlPlane;

const start = async () =>
  ControlPlane.start({
    store,
    clock: systemClock,
    random: systemRandom,
    grantKey: await grantKey(directory),
    relay: { dropMachine: () => {}, isConnected: () => false },
    logger: pino({ level: 'silent' }),
    serverVersion: '0',
    serverUrl: () => 'https://relay.example',
    pin: 'A'.repeat(43) as never,
  });

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'causeway-relay-test-'));
  store = await openSqliteStore(join(directory, 'model.sqlite'));
  plane = await start();
});
afterAll(async () => {
  await plane.close();
  await store.close();
  await rm(directory, { recursive: true });
});

const administration = () => ({
  ...plane.context,
  by: { kind: 'api-key', id: 'k', name: 'tests', address: '' } as const,
});

/** Does the step to both. What the server refuses must not change the model. */
async function apply(home: SubscriptionDirectory, model: Model, next: Step): Promise<void> {
  const context = administration();
  switch (next.do) {
    case 'createGroup':
      await createGroup(context, home, { name: next.name, description: '', interconnected: next.interconnected });
      model.groups.set(next.name, { interconnected: next.interconnected });
      break;
    case 'changeGroup':
      await changeGroup(context, home, next.name, { interconnected: next.interconnected });
      model.groups.set(next.name, { interconnected: next.interconnected });
      break;
    case 'removeGroup':
      await removeGroup(context, home, next.name);
      model.groups.delete(next.name);
      for (const member of model.machines.values()) if (member.group === next.name) member.group = undefined;
      model.connections = model.connections.filter((pair) => !pair.includes(`group ${next.name}`));
      break;
    case 'createRole':
      await createRole(context, home, { name: next.name, description: '' });
      model.roles.add(next.name);
      break;
    case 'removeRole':
      await removeRole(context, home, next.name);
      model.roles.delete(next.name);
      for (const [name, instance] of model.machines) if (instance.role === next.name) model.machines.delete(name);
      model.connections = model.connections.filter((pair) => !pair.includes(`role ${next.name}`));
      break;
    case 'activate':
      await activateDirectly(home, next.name, next.role, next.role === null ? next.group : null);
      model.machines.set(
        next.name,
        next.role === null ? { group: next.group ?? undefined, disabled: false } : { role: next.role, disabled: false },
      );
      break;
    case 'move':
      await changeMachine(context, home, next.name, { group: next.group });
      Object.assign(model.machines.get(next.name) ?? {}, { group: next.group ?? undefined });
      break;
    case 'disable':
      await changeMachine(context, home, next.name, { disabled: next.disabled });
      Object.assign(model.machines.get(next.name) ?? {}, { disabled: next.disabled });
      break;
    case 'remove':
      await removeMachine(context, home, next.name);
      model.machines.delete(next.name);
      break;
    case 'connect': {
      const { created } = await connect(context, home, next.a, next.b);
      if (created) model.connections.push(pairOf(next));
      break;
    }
    case 'disconnect': {
      const [x, y] = pairOf(next);
      const sideId = ({ kind, name }: typeof next.a) =>
        kind === 'group' ? home.groups.find(name).id : home.roles.find(name).id;
      await disconnect(context, home, home.connectionBetween(sideId(next.a), sideId(next.b))?.id ?? 'none');
      model.connections = model.connections.filter((pair) => !(pair.includes(x) && pair.includes(y)));
      break;
    }
  }
}

const pairOf = ({
  a,
  b,
}: {
  a: { kind: string; name: string };
  b: { kind: string; name: string };
}): [string, string] => [`${a.kind} ${a.name}`, `${b.kind} ${b.name}`];

/** What activation does once keys and token are checked. */
async function activateDirectly(
  home: SubscriptionDirectory,
  name: string,
  roleName: string | null,
  groupName: string | null,
): Promise<void> {
  if (home.machineByName(name) !== undefined) throw new CausewayError('NAME_TAKEN', { name });
  const common = {
    id: newId<MachineRecord['id']>(systemRandom),
    subscription: home.id,
    name: parseLabel(name),
    ipv4: `100.64.9.${name.slice(1)}`,
    ipv6: `fd00::${name.slice(1)}`,
    signingKey: newId<SigningPublicKey>(systemRandom),
    tunnelKey: newId<TunnelPublicKey>(systemRandom),
    disabled: false,
    os: '',
    agentVersion: '',
    activatedAt: 0,
    lastSeenAt: null,
    version: 1,
  };
  const record: MachineRecord =
    roleName === null
      ? { ...common, kind: 'local-endpoint', group: groupName === null ? null : home.groups.find(groupName).id }
      : { ...common, kind: 'role-instance', role: home.roles.find(roleName).id };
  const policyVersion = await store.addMachine(record, { usesTotal: null } as TokenRecord);
  home.record = { ...home.record, policyVersion };
  plane.context.directory.putMachine(record);
}

function expectEqual(home: SubscriptionDirectory, model: Model): void {
  expect([...home.groups.byId.values()].map(({ name }) => name).sort()).toEqual([...model.groups.keys()].sort());
  expect([...home.roles.byId.values()].map(({ name }) => name).sort()).toEqual([...model.roles].sort());
  expect([...home.machines.after(undefined)].map(({ name }) => name)).toEqual([...model.machines.keys()].sort());
  expect([...home.connections()]).toHaveLength(model.connections.length);
  for (const a of home.machines.after(undefined)) {
    for (const b of home.machines.after(undefined)) {
      const { allowed } = evaluate(home.policy, a.id, b.id);
      expect({ a: a.name, b: b.name, allowed }).toEqual({
        a: a.name,
        b: b.name,
        allowed: allowedByModel(model, a.name, b.name),
      });
    }
  }
}

test('random administration leaves policy as the model says, in memory and in the store', async () => {
  let refusals = 0;
  let changes = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
      const home = await createSubscription(administration(), parseLabel(`s${newId(systemRandom)}`));
      const model: Model = { groups: new Map(), roles: new Set(), machines: new Map(), connections: [] };
      for (const next of steps) {
        try {
          await apply(home, model, next);
          changes++;
        } catch (error) {
          if (!isRefusal(error)) throw error;
          refusals++;
        }
        expectEqual(home, model);
      }
      const fromStore = (await start()).context.directory.find(home.id);
      expectEqual(fromStore, model);
      expect(fromStore.record).toEqual(home.record);
      const all = (each: SubscriptionDirectory) => [
        ...[...each.groups.byId.values(), ...each.roles.byId.values(), ...each.machines.after(undefined)],
        ...each.connections(),
      ];
      const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
      // Versions too.
      expect(all(fromStore).sort(byId)).toEqual(all(home).sort(byId));
    }),
    { numRuns: 40 },
  );
  // Both happened, or the steps test nothing.
  expect(Math.min(refusals, changes)).toBeGreaterThan(50);
});
