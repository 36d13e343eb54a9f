import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { z } from 'zod';
import type { machinePage } from '#protocol/rest/machines.ts';
import type { group, role } from '#protocol/rest/policy.ts';
import { LoopbackConnection } from '#relay-server/loopback-machine.fixture.ts';
import { startLoopbackServer } from '#relay-server/loopback-server.fixture.ts';
import { type Filling, fill, keysOf } from './fill.ts';
import { organisation } from './organisation.ts';

let dataDirectory: string;
beforeEach(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'causeway-populate-'));
});
afterEach(() => rm(dataDirectory, { recursive: true, force: true }));

const size = { machines: 120, groups: 14, roles: 3, connections: 25 };
const filling = (): Filling => ({
  dataDirectory,
  size,
  subscription: 'contoso',
  owner: { name: 'owner', password: 'tidewater-lantern-42' },
  seed: 'test',
  now: Date.now(),
});

test('a server opens what was made, and a machine comes back by its keys', async () => {
  await fill(filling());
  await using loopback = await startLoopbackServer({ dataDirectory });
  expect(loopback.server.firstSecret).toBeUndefined();
  const { headers } = await loopback.api('POST', '/session', filling().owner, null, { origin: loopback.server.url });
  const cookie = String(headers['set-cookie']).split(';')[0] ?? '';
  const get = async <Body>(path: string): Promise<Body> =>
    (await loopback.api('GET', `/subscriptions/contoso/${path}`, undefined, null, { cookie })).body;

  const { items, total } = await get<z.infer<typeof machinePage>>('machines?limit=1000');
  expect(total).toBe(size.machines);
  const planned = organisation(size, 'test').machines;
  for (const { name, group: inGroup, role: ofRole, os, disabled } of planned) {
    expect(items.find((machine) => machine.name === name)).toMatchObject({ memberOf: inGroup ?? ofRole, os, disabled });
  }
  const groups = await get<{ items: z.infer<typeof group>[] }>('groups');
  expect(groups.items).toHaveLength(size.groups);
  const roles = await get<{ items: z.infer<typeof role>[] }>('roles');
  expect(roles.items.reduce((sum, { instances }) => sum + instances, 0)).toBe(18);
  expect((await get<{ items: unknown[] }>('connections')).items).toHaveLength(size.connections);

  const machine = items.find(({ disabled }) => !disabled);
  if (machine === undefined) throw new Error('all are disabled');
  const connection = await LoopbackConnection.open(loopback.server.url);
  const shown = connection.authentication(machine.id, keysOf('test', machine.name));
  expect((await connection.request('authenticate', shown)).self.memberOf?.name).toBe(machine.memberOf);
  await connection.close();
});

test('what is there already is left alone', async () => {
  await fill({ ...filling(), size: { machines: 0, groups: 0, roles: 0, connections: 0 } });
  await expect(fill(filling())).rejects.toMatchObject({ code: 'USAGE' });
});

test('the same seed makes the same company, another one another', () => {
  const made = organisation(size, 'a');
  expect(organisation(size, 'a')).toEqual(made);
  expect(organisation(size, 'b')).not.toEqual(made);
  expect(new Set(made.machines.map(({ name }) => name)).size).toBe(size.machines);
});

test('more connections than there are pairs are refused', () => {
  expect(() => organisation({ ...size, groups: 2, roles: 1, connections: 4 }, 'a')).toThrow(RangeError);
  expect(organisation({ ...size, groups: 2, roles: 1, connections: 3 }, 'a').policy.connections).toHaveLength(3);
});
