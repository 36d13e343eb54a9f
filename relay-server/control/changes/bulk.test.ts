/**
 * Ten thousand computers at once: stored, shown and told in well under a second.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../clock.ts';
import { systemRandom } from '../../random.ts';
import { openSqliteStore } from '../../store/sqlite.ts';
import type { Store } from '../../store/store.ts';
import { grantKey } from '../../tls/grant-key.ts';
import { ControlPlane } from '../control-plane.ts';
import { applyWithEffect } from './apply.ts';
import { groupId, machineId, machineOf, SUBSCRIPTION } from './policy.fixture.ts';

const MACHINES = 10_000;
const ids = Array.from({ length: MACHINES }, (_, at) => machineId(at));

let directory: string;
let store: Store;
let plane: ControlPlane;
const told: object[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'causeway-relay-test-'));
  const path = join(directory, 'bulk.sqlite');
  await (await openSqliteStore(path)).close();
  seed(path);
  store = await openSqliteStore(path);
  plane = await ControlPlane.start({
    store,
    clock: systemClock,
    random: systemRandom,
    grantKey: await grantKey(directory),
    relay: { dropMachine: () => {}, isConnected: () => false, pairs: () => [] },
    logger: pino({ level: 'silent' }),
    serverVersion: '0',
    serverUrl: () => 'https://relay.example',
    pin: 'A'.repeat(43) as never,
  });
  plane.events.listen({
    subscription: null,
    session: '',
    send(text) {
      const event = JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? '{}');
      if (event.type === 'changed') told.push(event);
    },
    end: () => {},
  });
});
afterAll(async () => {
  await plane.close();
  await store.close();
  await rm(directory, { recursive: true });
});

/** Machines m0 to m9999 in no group, and the groups g0 and g1. */
function seed(path: string): void {
  const database = new DatabaseSync(path);
  database.exec('begin');
  database.prepare("insert into subscriptions values (?, ?, 0, 1, 1, '[]')").run(SUBSCRIPTION, 'contoso');
  const group = database.prepare("insert into groups values (?, ?, ?, '', ?, 1)");
  for (const at of [0, 1]) group.run(groupId(at), SUBSCRIPTION, `g${at}`, at);
  const machine = database.prepare(
    `insert into machines (id, subscription, name, ipv4, ipv6, signing_key, tunnel_key, disabled, os, agent_version, activated_at)
     values (?, ?, ?, ?, ?, ?, ?, 0, '', '', 0)`,
  );
  for (let at = 0; at < MACHINES; at++) {
    const { id, name, ipv4, ipv6, signingKey, tunnelKey } = machineOf(at, false, {
      kind: 'local-endpoint',
      group: null,
    });
    machine.run(id, SUBSCRIPTION, name, ipv4, ipv6, signingKey, tunnelKey);
  }
  database.exec('commit');
  database.close();
}

test('all are assigned, and disabled, and put back, each in one go', async () => {
  const context = { ...plane.context, by: { kind: 'person', id: 'p', name: 'Ada', address: '' } as const };
  const home = context.directory.find('contoso');
  const grants = Array.from({ length: 2_000 }, (_, at) => [machineId(at), machineId(at + 5_000)] as const);
  for (const [a, b] of grants) context.grants.add(a, b, Date.now() + 3_600_000);
  const before = process.cpuUsage();
  const applied = await applyWithEffect(context, home, [{ do: 'assign', machines: ids, group: 'g1' }], {});
  const { user, system } = process.cpuUsage(before);
  // Of processor time, so that it does not matter how busy the computer is: 0.1 to 0.2 s.
  expect((user + system) / 1e6).toBeLessThan(1);
  expect(applied.effect.gain).toMatchObject({ machines: MACHINES, pairs: (MACHINES * (MACHINES - 1)) / 2 });
  expect(home.membersOf(groupId(1)).size).toBe(MACHINES);
  // Members of an interconnected group now: nobody has lost anything.
  expect(context.grants.size).toBe(grants.length);
  await applyWithEffect(context, home, [{ do: 'set-disabled', machines: ids, disabled: true }], {});
  expect(context.grants.size).toBe(0);
  await applyWithEffect(context, home, applied.undo ?? [], {});
  expect(home.membersOf(groupId(1)).size).toBe(0);
  expect(home.record.policyVersion).toBe(4);
  expect(told).toHaveLength(3);
  expect(told[0]).toMatchObject({
    subscription: SUBSCRIPTION,
    kinds: ['machines', 'groups'],
    by: 'Ada',
    policyVersion: 2,
  });
  const { machines } = await store.readDirectory();
  expect(new Set(machines.map((machine) => JSON.stringify([machine.disabled, machine.version])))).toEqual(
    new Set(['[true,4]']),
  );
});
