/**
 * Several changes as one over REST: shown before, done together, undone, audited, and never over
 * somebody else's.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LIMITS } from '#protocol/limits.ts';
import type { PolicyChangeInput } from '#protocol/rest/changes.ts';
import { activateMachine, type LoopbackMachine } from '../loopback-machine.fixture.ts';
import { type LoopbackServer, startLoopbackServer } from '../loopback-server.fixture.ts';

let relay: LoopbackServer;
let sql: LoopbackMachine;
let web: LoopbackMachine;
const at = '/subscriptions/contoso';

beforeAll(async () => {
  relay = await startLoopbackServer();
  await relay.must('POST', '/subscriptions', { name: 'contoso' });
  await relay.must('POST', `${at}/groups`, { name: 'Office' });
  await relay.must('POST', `${at}/roles`, { name: 'Web' });
  const machine = async (name: string, bound: object) =>
    activateMachine(relay.server.url, (await relay.must('POST', `${at}/tokens`, bound)).token, name);
  [sql, web] = [await machine('sql01', {}), await machine('web', { role: 'Web' })];
});
afterAll(() => relay[Symbol.asyncDispose]());

const post = (changes: readonly PolicyChangeInput[], more: object = {}) =>
  relay.must('POST', `${at}/changes`, { changes, ...more });
const preview = (changes: readonly PolicyChangeInput[]) => relay.must('POST', `${at}/changes/preview`, { changes });
const code = async (method: string, path: string, body?: unknown, headers?: Record<string, string>) => {
  const { status, body: answer } = await relay.api(method, path, body, undefined, headers);
  return `${status} ${answer?.error?.code ?? ''}`.trim();
};
function audits(): { action: string; actor_kind: string; before: string | null; after: string | null }[] {
  const database = new DatabaseSync(join(relay.dataDirectory, 'causeway.sqlite'), { readOnly: true });
  try {
    return database.prepare('select action, actor_kind, before, after from audit order by id').all() as never;
  } finally {
    database.close();
  }
}

describe('changes', () => {
  const connectThem: PolicyChangeInput[] = [
    { do: 'assign', machines: ['sql01'], group: 'Office' },
    { do: 'connect', a: { kind: 'role', name: 'Web' }, b: { kind: 'group', name: 'Office' } },
  ];

  test('are shown before they are done, and change nothing then', async () => {
    const before = [await relay.must('GET', at), await relay.must('GET', `${at}/machines`), audits()];
    expect(await preview(connectThem)).toEqual({
      gain: {
        machines: 2,
        pairs: 1,
        sample: [
          { id: sql.self.id, name: 'sql01', peers: 1, peerNames: ['web'] },
          { id: web.self.id, name: 'web', peers: 1, peerNames: ['sql01'] },
        ],
      },
      lose: { machines: 0, pairs: 0, sample: [] },
      sentence: '2 machines gain access, nobody loses it.',
      steps: ['Puts sql01 in the group Office.', 'Connects the role Web to the group Office.'],
      undoable: true,
      whyNot: null,
      policyVersion: before[0].policyVersion,
    });
    expect([await relay.must('GET', at), await relay.must('GET', `${at}/machines`), audits()]).toEqual(before);
  });

  test('are done as one step of the version, each in the audit, and undone', async () => {
    const { policyVersion } = await relay.must('GET', at);
    const known = audits().length;
    const applied = await post(connectThem, { expectPolicyVersion: policyVersion });
    expect(applied).toMatchObject({ policyVersion: policyVersion + 1, effect: { policyVersion: policyVersion + 1 } });
    expect((await sql.connection.event('self-changed')).self.memberOf?.name).toBe('Office');
    await web.connection.request('peerById', { machine: sql.self.id });
    expect(audits().slice(known)).toMatchObject([
      { action: 'machine.assign', actor_kind: 'api-key', before: '{"group":null}', after: '{"group":"Office"}' },
      { action: 'connection.create', before: null },
    ]);
    const undone = await post(applied.undo);
    expect(undone.effect.sentence).toBe('Nobody gains access, 2 machines lose it.');
    expect(await web.connection.event('revoked')).toMatchObject({ peers: [sql.self.id] });
    expect((await relay.must('GET', `${at}/machines/sql01`)).group).toBeNull();
    // And the undoing is undone.
    expect((await post(undone.undo)).effect.gain.pairs).toBe(1);
  });

  test('are all refused when one is, and none of it stays', async () => {
    const before = [await relay.must('GET', at), await relay.must('GET', `${at}/policy`), audits()];
    const changes = [
      { do: 'create-group', name: 'Never' },
      { do: 'remove-group', group: 'nowhere' },
    ];
    expect(await code('POST', `${at}/changes`, { changes })).toBe('404 NOT_FOUND');
    expect(await code('POST', `${at}/changes/preview`, { changes })).toBe('404 NOT_FOUND');
    expect([await relay.must('GET', at), await relay.must('GET', `${at}/policy`), audits()]).toEqual(before);
  });

  test('a removed group comes back under its id, with its members and connections', async () => {
    const group = await relay.must('GET', `${at}/groups/Office`);
    const { undo } = await post([{ do: 'remove-group', group: 'Office' }]);
    expect(await code('GET', `${at}/groups/Office`)).toBe('404 NOT_FOUND');
    await post(undo);
    expect(await relay.must('GET', `${at}/groups/${group.id}`)).toEqual({ ...group, version: 1 });
    await web.connection.request('peerById', { machine: sql.self.id });
  });

  test('that change nothing raise no version and leave no trace', async () => {
    const [{ policyVersion }, known] = [await relay.must('GET', at), audits().length];
    const again = await post([
      { do: 'connect', a: { kind: 'group', name: 'Office' }, b: { kind: 'role', name: 'web' } },
    ]);
    expect(again).toMatchObject({ policyVersion, undo: [] });
    expect(audits()).toHaveLength(known);
  });

  test('may be large, but not endless', async () => {
    const machines = Array.from({ length: LIMITS.CHANGE_MACHINES_MAX.value }, () => sql.self.id);
    expect(await code('POST', `${at}/changes/preview`, { changes: [{ do: 'assign', machines, group: null }] })).toBe(
      '200',
    );
    const more = { changes: [{ do: 'assign', machines: [...machines, 'x'], group: null }] };
    expect(await code('POST', `${at}/changes`, more)).toBe('400 REQUEST_MALFORMED');
    const answer = await relay.api('POST', `${at}/changes`, `"${'x'.repeat(LIMITS.CHANGES_BODY_MAX_BYTES.value)}"`);
    expect(answer.body.error).toMatchObject({
      code: 'BODY_TOO_LARGE',
      details: { cap: LIMITS.CHANGES_BODY_MAX_BYTES.value },
    });
  });
});

describe('two who change the same', () => {
  test.each(['groups/Office', 'roles/Web', 'machines/sql01'])(
    '%s: the second is told, and nothing is lost',
    async (path) => {
      const thing = await relay.api('GET', `${at}/${path}`);
      expect(thing.headers?.etag).toBe(`"${thing.body.version}"`);
      const seen = { 'if-match': `"${thing.body.version}"` };
      const [first, second] = path.startsWith('machines')
        ? [{ disabled: true }, { name: 'lost' }]
        : [{ description: 'first' }, { description: 'second' }];
      const done = await relay.api('PATCH', `${at}/${path}`, first, undefined, seen);
      expect([done.status, done.headers?.etag]).toEqual([200, `"${thing.body.version + 1}"`]);
      const refused = await relay.api('PATCH', `${at}/${path}`, second, undefined, seen);
      expect(refused.body.error).toMatchObject({ code: 'CHANGED_MEANWHILE', details: { by: 'first administrator' } });
      expect(refused.status).toBe(412);
      expect(await code('DELETE', `${at}/${path}`, undefined, seen)).toBe('412 CHANGED_MEANWHILE');
      expect(await relay.must('GET', `${at}/${path}`)).toMatchObject(first);
      for (const strange of ['W/"1"', '1', '"1", "2"', '"x"', '"0"']) {
        expect(await code('PATCH', `${at}/${path}`, second, { 'if-match': strange })).toBe('400 REQUEST_MALFORMED');
      }
      if (path.startsWith('machines')) await relay.must('PATCH', `${at}/${path}`, { disabled: false });
    },
  );

  test('a subscription, and the policy as a whole', async () => {
    await relay.must('POST', '/subscriptions', { name: 'twice' });
    const one = { 'if-match': '"1"' };
    expect(await code('PATCH', '/subscriptions/twice', { name: 'thrice' }, one)).toBe('200');
    expect(await code('PATCH', '/subscriptions/thrice', { name: 'twice' }, one)).toBe('412 CHANGED_MEANWHILE');
    expect(await code('DELETE', '/subscriptions/thrice', undefined, one)).toBe('412 CHANGED_MEANWHILE');
    await relay.must('POST', '/subscriptions/thrice/groups', { name: 'office' });
    const { id: key } = await relay.must('POST', '/api-keys', { subscription: 'thrice' });
    expect(await code('DELETE', '/subscriptions/thrice', undefined, { 'if-match': '"2"' })).toBe('204');
    const { items } = await relay.must('GET', '/audit?action=subscription');
    expect(items.slice(0, 2)).toMatchObject([
      { action: 'subscription.remove', before: { name: 'thrice', machines: 0, groups: 1, roles: 0 }, after: null },
      { action: 'subscription.rename', before: { name: 'twice' }, after: { name: 'thrice' } },
    ]);
    const keys: { id: string }[] = (await relay.must('GET', '/api-keys')).items;
    expect(keys.map(({ id }) => id)).not.toContain(key);
    const body = { changes: [{ do: 'create-group', name: 'late' }], expectPolicyVersion: 1 };
    expect(await code('POST', `${at}/changes`, body)).toBe('412 CHANGED_MEANWHILE');
  });
});

test('how many instances a role has is written down whenever it changes', async () => {
  await relay.must('POST', `${at}/roles`, { name: 'Worker' });
  const token = (await relay.must('POST', `${at}/tokens`, { role: 'Worker' })).token;
  const machines = [];
  for (const name of ['w1', 'w2', 'w3']) machines.push(await activateMachine(relay.server.url, token, name));
  await relay.must('DELETE', `${at}/machines/w2`);
  await machines[2]?.connection.request('deactivate', {});
  const { points } = await relay.must('GET', `${at}/roles/Worker/instance-counts`);
  expect(points.map((point: { instances: number }) => point.instances)).toEqual([1, 2, 3, 2, 1]);
  expect(points.map((point: { at: string }) => point.at)).toEqual(
    points.map((point: { at: string }) => point.at).sort(),
  );
  expect(audits().slice(-2)).toMatchObject([
    { action: 'machine.remove', actor_kind: 'api-key' },
    { action: 'machine.remove', actor_kind: 'machine' },
  ]);
});

test('the policy is a document, as JSON and as YAML, and what differs from one is said', async () => {
  const policy = await relay.must('GET', `${at}/policy`);
  expect(policy.connections).toEqual([['role Web', 'group Office']]);
  const yaml = await relay.api('GET', `${at}/policy.yaml`);
  expect(yaml.headers?.['content-type']).toMatch(/^application\/yaml/);
  expect(yaml.body).toContain('connections:\n  - [ role Web, group Office ]\n');
  const type = { 'content-type': 'application/yaml' };
  const same = await relay.api('POST', `${at}/policy/diff`, yaml.body, undefined, type);
  expect(same.body).toEqual({ changes: [], effect: null });
  const cut = await relay.must('POST', `${at}/policy/diff`, { ...policy, connections: [] });
  expect(cut.changes).toMatchObject([{ do: 'disconnect' }]);
  expect(cut.effect).toMatchObject({ sentence: 'Nobody gains access, 2 machines lose it.' });
  const wrong = { ...policy, roles: [] };
  expect(await code('POST', `${at}/policy/diff`, wrong)).toBe('400 POLICY_FILE_MALFORMED');
  expect(await code('POST', `${at}/policy/diff`, 'groups: [', type)).toBe('400 POLICY_FILE_MALFORMED');
});
