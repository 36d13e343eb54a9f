/**
 * One suite for both databases: what the store promises holds on SQLite and on a real PostgreSQL.
 */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GroupId, MachineId, SubscriptionId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import { parseLabel } from '#protocol/names.ts';
import { DATABASES, type StartedDatabase } from './databases.fixture.ts';
import type { PolicyOperation } from './operations.ts';
import { openPostgresStore } from './postgres.ts';
import { postgresMissing, startPostgres } from './postgres-cluster.fixture.ts';
import { id, newAudit, newGroup, newMachine, newRole, newSubscription, newToken } from './records.fixture.ts';
import type { ApiKeyRecord, ConnectionRecord, MachineRecord, TokenRecord } from './records.ts';
import type { Store } from './store.ts';

describe.each(DATABASES)('the store on $name', (database) => {
  let running: StartedDatabase | undefined;
  let store: Store;

  const add = (machine: MachineRecord, token: TokenRecord) =>
    store.addMachine(machine, token, {
      use: { token: token.id, machine: machine.id, name: machine.name, at: 1, address: '' },
      history: { machine: machine.id, at: 1, what: 'activated', sentence: '' },
      audit: newAudit(),
    });

  beforeAll(async () => {
    if (database.missing !== undefined) return;
    running = await database.start();
    store = await running.open();
  }, 60_000);
  afterAll(async () => {
    try {
      await (store as Store | undefined)?.close();
    } finally {
      await running?.stop();
    }
  });

  const it = (name: string, run: () => Promise<void>) =>
    test(name, async (context) => {
      if (database.missing !== undefined) return context.skip(database.missing);
      await run();
    });

  const apply = (subscription: SubscriptionId, ...operations: PolicyOperation[]) =>
    store.applyChanges(subscription, operations, []);

  const inStore = async (subscription: SubscriptionId) => {
    const all = await store.readDirectory();
    const mine = <Item extends { subscription: SubscriptionId }>(items: readonly Item[]) =>
      items.filter((item) => item.subscription === subscription);
    return {
      version: all.subscriptions.find((candidate) => candidate.id === subscription)?.policyVersion,
      groups: mine(all.groups),
      roles: mine(all.roles),
      machines: mine(all.machines),
      connections: mine(all.connections),
    };
  };

  it('reads back what was written, after it was opened anew', async () => {
    const subscription = newSubscription();
    const [group, role] = [newGroup(subscription.id), newRole(subscription.id)];
    const token = newToken(subscription.id);
    const machines = [
      newMachine(subscription.id, { kind: 'local-endpoint', group: group.id }),
      newMachine(subscription.id, { kind: 'role-instance', role: role.id }),
    ];
    const connection: ConnectionRecord = {
      id: id(),
      subscription: subscription.id,
      group: group.id,
      other: { kind: 'role', id: role.id },
      createdAt: 1_700_000_000_003,
    };
    await store.createSubscription(subscription);
    await store.installing.createToken(token, newAudit());
    const versions = [
      await apply(subscription.id, { do: 'create-group', group }),
      await apply(subscription.id, { do: 'create-role', role }),
    ];
    for (const machine of machines) versions.push(await add(machine, token));
    versions.push(await apply(subscription.id, { do: 'connect', connection }));
    expect(versions).toEqual([2, 3, 4, 5, 6]);
    const seen = { machine: machines[0]?.id as MachineId, seenAt: 1_700_000_000_009, os: 'Debian', agentVersion: '2' };
    await store.recordSightings([seen]);
    await store.close();
    store = await (running as NonNullable<typeof running>).open();
    const found = await inStore(subscription.id);
    expect(found).toMatchObject({ version: 6, groups: [group], roles: [role], connections: [connection] });
    const byName = (a: MachineRecord, b: MachineRecord) => (a.name < b.name ? -1 : 1);
    const { seenAt, os, agentVersion } = seen;
    const expected = [{ ...machines[0], lastSeenAt: seenAt, os, agentVersion }, machines[1]] as MachineRecord[];
    expect([...found.machines].sort(byName)).toEqual(expected.sort(byName));
    expect(await store.installing.listTokens(subscription.id)).toEqual([token]);
  });

  it('counts the uses of a token with the machine, or neither', async () => {
    const subscription = newSubscription();
    await store.createSubscription(subscription);
    const token = newToken(subscription.id, { usesTotal: 1, usesLeft: 1 });
    await store.installing.createToken(token, newAudit());
    const addOne = () => add(newMachine(subscription.id, { kind: 'local-endpoint', group: null }), token);
    await addOne();
    await expect(addOne()).rejects.toMatchObject({ code: 'TOKEN_EXHAUSTED' });
    const found = await inStore(subscription.id);
    expect(found.machines).toHaveLength(1);
    expect(found.version).toBe(2);
    expect((await store.installing.findToken(subscription.id, token.secretHash))?.usesLeft).toBe(0);
    expect(await store.installing.findToken(id<SubscriptionId>(), token.secretHash)).toBeUndefined();
  });

  it('changes and removes with what hangs on it', async () => {
    const subscription = newSubscription();
    const [group, other, role] = [newGroup(subscription.id), newGroup(subscription.id), newRole(subscription.id)];
    await store.createSubscription(subscription);
    for (const each of [group, other]) await apply(subscription.id, { do: 'create-group', group: each });
    await apply(subscription.id, { do: 'create-role', role });
    const tokens = [newToken(subscription.id, { group: group.id }), newToken(subscription.id, { role: role.id })];
    for (const token of tokens) await store.installing.createToken(token, newAudit());
    const pc = newMachine(subscription.id, { kind: 'local-endpoint', group: group.id });
    const web = newMachine(subscription.id, { kind: 'role-instance', role: role.id });
    for (const machine of [pc, web]) await add(machine, tokens[0] as TokenRecord);
    const link = (side: ConnectionRecord['other']) =>
      apply(subscription.id, {
        do: 'connect',
        connection: { id: id(), subscription: subscription.id, group: group.id, other: side, createdAt: 1 },
      });
    await link({ kind: 'role', id: role.id });
    await link({ kind: 'group', id: other.id });
    const before = (await inStore(subscription.id)).version ?? 0;
    const version = await apply(
      subscription.id,
      { do: 'change-group', id: group.id, change: { interconnected: false } },
      { do: 'change-role', id: role.id, change: { name: 'worker' } },
      { do: 'change-machines', ids: [pc.id], change: { name: parseLabel('renamed'), disabled: true } },
    );
    expect(version).toBe(before + 1);
    let found = await inStore(subscription.id);
    expect(found.groups.find(({ id }) => id === group.id)).toEqual({
      ...group,
      interconnected: false,
      version: 2,
    });
    expect(found.roles).toEqual([{ ...role, name: 'worker', version: 2 }]);
    const renamed = { name: 'renamed', disabled: true, version: 2 };
    expect(found.machines.find(({ id }) => id === pc.id)).toMatchObject(renamed);
    await apply(subscription.id, { do: 'remove-role', id: role.id });
    await apply(subscription.id, { do: 'remove-group', id: group.id });
    found = await inStore(subscription.id);
    expect(found).toMatchObject({ roles: [], connections: [], groups: [other] });
    expect(found.machines).toMatchObject([{ id: pc.id, group: null, version: 3 }]);
    expect((await store.installing.listTokens(subscription.id)).map(({ id }) => id)).toEqual([tokens[0]?.id]);
    await apply(subscription.id, { do: 'remove-machines', ids: [pc.id] });
    await store.renameSubscription(subscription.id, parseLabel(`r${subscription.id.slice(0, 9)}`));
    expect((await inStore(subscription.id)).machines).toEqual([]);
    await store.removeSubscription(subscription.id);
    expect((await inStore(subscription.id)).groups).toEqual([]);
  });

  it('keeps the last points of how many instances a role had', async () => {
    const subscription = newSubscription();
    const role = newRole(subscription.id);
    await store.createSubscription(subscription);
    await apply(subscription.id, { do: 'create-role', role });
    const web = newMachine(subscription.id, { kind: 'role-instance', role: role.id });
    const token = newToken(subscription.id);
    await store.installing.createToken(token, newAudit());
    await add(web, token);
    expect(await store.instanceCounts(role.id)).toEqual([{ role: role.id, at: web.activatedAt, instances: 1 }]);
    const most = LIMITS.INSTANCE_COUNTS_MAX.value;
    const at = (number: number) => web.activatedAt + number;
    const count = (number: number) => ({ do: 'count-instances' as const, role: role.id, at: at(number) });
    // The last two at one time.
    await apply(subscription.id, ...Array.from({ length: most + 3 }, (_, number) => count(number)));
    await apply(subscription.id, { do: 'remove-machines', ids: [web.id] }, count(most + 2));
    const points = await store.instanceCounts(role.id);
    expect(points).toHaveLength(most);
    expect(points[0]).toEqual({ role: role.id, at: at(3), instances: 1 });
    expect(points.at(-1)).toEqual({ role: role.id, at: at(most + 2), instances: 0 });
  });

  it('revokes a token once', async () => {
    const subscription = newSubscription();
    const token = newToken(subscription.id);
    await store.createSubscription(subscription);
    await store.installing.createToken(token, newAudit());
    expect(await store.installing.revokeToken(subscription.id, token.id, 10, newAudit())).toBe(true);
    expect(await store.installing.revokeToken(subscription.id, token.id, 20, newAudit())).toBe(true);
    expect(await store.installing.revokeToken(subscription.id, id(), 20, newAudit())).toBe(false);
    expect((await store.installing.listTokens(subscription.id))[0]?.revokedAt).toBe(10);
  });

  it('exchanges the first secret for a key once, and keeps keys', async () => {
    const key: ApiKeyRecord = {
      id: id(),
      hash: 'h',
      description: '',
      rights: 'owner',
      subscription: null,
      createdAt: 1,
      createdBy: '',
      expiresAt: null,
      lastUsedAt: null,
    };
    await store.setFirstSecret('old', 1);
    await store.setFirstSecret('new', 2);
    const entry = () => ({
      id: id(),
      at: 1,
      by: { kind: 'nobody' as const, id: '', name: '', address: '' },
      action: 'api-key.create',
      subscription: null,
      target: null,
      before: null,
      after: null,
    });
    expect(await store.claimFirstSecret('old', key, entry())).toBe(false);
    expect(await store.findApiKey(key.id)).toBeUndefined();
    expect(await store.findFirstSecret()).toBe('new');
    expect(await store.claimFirstSecret('new', key, entry())).toBe(true);
    expect(await store.findFirstSecret()).toBeUndefined();
    await store.recordKeyUses(new Map([[key.id, 5]]));
    expect(await store.findApiKey(key.id)).toEqual({ ...key, lastUsedAt: 5 });
    await store.createApiKey({ ...key, id: 'another' }, entry());
    expect(await store.listApiKeys()).toHaveLength(2);
    expect(await store.removeApiKey('another', entry())).toBe(true);
    expect(await store.removeApiKey('another', entry())).toBe(false);
  });

  it('keeps a lock’s steps in order, its certificates by machine, and the delegations of tokens', async () => {
    const subscription = newSubscription();
    await store.createSubscription(subscription);
    const machine = id<MachineId>();
    const nothing = { step: null, drop: null, certificates: [], forget: [], delegations: [] };
    const step = (sequence: number) => ({
      subscription: subscription.id,
      sequence,
      kind: 'statement' as const,
      text: `statement ${sequence}`,
    });
    const certificate = (text: string) => ({ subscription: subscription.id, machine, name: 'pc', text });
    const own = async () => {
      const { steps, certificates } = await store.lock.read();
      return [
        steps.filter((each) => each.subscription === subscription.id),
        certificates.filter((each) => each.subscription === subscription.id),
      ];
    };
    for (const sequence of [1, 2]) await store.lock.write(subscription.id, { ...nothing, step: step(sequence) }, []);
    const change = { ...nothing, step: step(10), drop: 2, certificates: [certificate('old')] };
    await store.lock.write(subscription.id, change, []);
    await store.lock.write(subscription.id, { ...nothing, certificates: [certificate('new')] }, []);
    expect(await own()).toEqual([[step(1), step(10)], [certificate('new')]]);
    await expect(
      store.lock.write(subscription.id, { ...nothing, step: step(10), forget: [machine] }, []),
    ).rejects.toThrow();
    expect(await own()).toEqual([[step(1), step(10)], [certificate('new')]]);
    await store.lock.write(subscription.id, { ...nothing, forget: [machine] }, []);
    expect(await own()).toEqual([[step(1), step(10)], []]);
    expect(await store.lock.delegations(subscription.id)).toEqual(new Map());
    await store.removeSubscription(subscription.id);
    expect(await own()).toEqual([[], []]);
  });

  it('leaves everything as it was when a change fails half-way', async () => {
    const subscription = newSubscription();
    const group = newGroup(subscription.id);
    await store.createSubscription(subscription);
    await apply(subscription.id, { do: 'create-group', group });
    await expect(apply(subscription.id, { do: 'create-group', group })).rejects.toThrow();
    const missing = { kind: 'group', id: id<GroupId>() } as const;
    const connection = { id: id(), subscription: subscription.id, group: group.id, other: missing, createdAt: 1 };
    await expect(
      apply(
        subscription.id,
        { do: 'change-group', id: group.id, change: { name: 'never' } },
        { do: 'connect', connection },
      ),
    ).rejects.toThrow();
    expect(await inStore(subscription.id)).toMatchObject({ version: 2, groups: [group], connections: [] });
  });
});

test('PostgreSQL serves one server, and says when it is not there', async (context) => {
  const missing = postgresMissing();
  if (missing !== undefined) return context.skip(missing);
  const cluster = await startPostgres();
  try {
    const store = await openPostgresStore(cluster.url, { exclusive: true });
    await expect(openPostgresStore(cluster.url, { exclusive: true })).rejects.toMatchObject({
      code: 'SERVER_ALREADY_RUNNING',
    });
    const beside = await openPostgresStore(cluster.url, { exclusive: false });
    await beside.close();
    await store.close();
  } finally {
    await cluster.stop();
  }
  await expect(openPostgresStore(cluster.url, { exclusive: true })).rejects.toMatchObject({
    code: 'DATABASE_UNREACHABLE',
  });
}, 60_000);
