import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ERRORS, type ErrorCode } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import { decodeToken } from '#protocol/token.ts';
import { activateMachine } from '../loopback-machine.fixture.ts';
import { type ApiAnswer, type LoopbackServer, startLoopbackServer } from '../loopback-server.fixture.ts';

let relay: LoopbackServer;
const at = '/subscriptions/contoso';

beforeAll(async () => {
  relay = await startLoopbackServer();
  await relay.must('POST', '/subscriptions', { name: 'contoso' });
  await relay.must('POST', '/subscriptions', { name: 'fabrikam' });
});
afterAll(() => relay[Symbol.asyncDispose]());

function expectRefusal(answer: ApiAnswer, code: ErrorCode): void {
  expect(answer.body).toMatchObject({ error: { code, message: expect.any(String), remedy: expect.any(String) } });
  expect(answer.status).toBe(ERRORS[code].http);
}
const refused = async (code: ErrorCode, method: string, path: string, body?: unknown) =>
  expectRefusal(await relay.api(method, path, body), code);
const machine = async (name: string, options: object = {}) => {
  const { token } = await relay.must('POST', `${at}/tokens`, options);
  return activateMachine(relay.server.url, token, name);
};
const names = (list: { items: { name: string }[] }) => list.items.map(({ name }) => name);

describe('access', () => {
  test('everything but claim and description needs a key that is right', async () => {
    const wrong = `cwk_${'0'.repeat(16)}${'A'.repeat(43)}`;
    const almost = `${relay.apiKey?.slice(0, -1)}${relay.apiKey?.endsWith('A') ? 'B' : 'A'}`;
    for (const key of [null, '', 'x', wrong, almost]) {
      const code = key === null ? 'NOT_SIGNED_IN' : 'API_KEY_REFUSED';
      expectRefusal(await relay.api('GET', '/subscriptions', undefined, key), code);
      expectRefusal(await relay.api('DELETE', at, undefined, key), code);
    }
    expect((await relay.api('GET', '/openapi.json', undefined, null)).status).toBe(200);
    expect((await relay.api('GET', './healthz', undefined, null)).body).toMatchObject({ status: 'ok', database: 'ok' });
  });

  test('keys are made, used, listed without their text, and removed', async () => {
    const made = await relay.must('POST', '/api-keys', { description: 'for the portal' });
    expect((await relay.api('GET', '/subscriptions', undefined, made.key)).status).toBe(200);
    const { items } = await relay.must('GET', '/api-keys');
    const listed = items.find((key: { id: string }) => key.id === made.id);
    expect(listed).toEqual({ ...made, key: undefined, lastUsedAt: expect.any(String) });
    expect(JSON.stringify(items)).not.toContain(made.key);
    await relay.must('DELETE', `/api-keys/${made.id}`);
    expectRefusal(await relay.api('GET', '/subscriptions', undefined, made.key), 'API_KEY_REFUSED');
    await refused('NOT_FOUND', 'DELETE', `/api-keys/${made.id}`);
  });

  test('the one-time secret works once, and guessing is slowed down', async () => {
    const codes: string[] = [];
    const secret = relay.server.firstSecret;
    for (let i = 0; i < LIMITS.SECRET_TRIES_PER_ADDRESS_PER_MINUTE.value; i++) {
      codes.push((await relay.api('POST', '/claim', { secret }, null)).body.error.code);
    }
    expect(new Set(codes.slice(0, -1))).toEqual(new Set(['SECRET_REFUSED']));
    expect(codes.at(-1)).toBe('RATE_LIMITED');
  });
});

describe('bad requests', () => {
  test('are refused in one form, and say what is wrong without the value', async () => {
    await refused('REQUEST_MALFORMED', 'POST', '/subscriptions', { name: 'Not A Label' });
    await refused('REQUEST_MALFORMED', 'POST', '/subscriptions', {});
    await refused('REQUEST_MALFORMED', 'POST', '/subscriptions', '{"name":');
    await refused('REQUEST_MALFORMED', 'POST', `${at}/groups`, { name: 'tab\there' });
    await refused('REQUEST_MALFORMED', 'POST', `${at}/tokens`, { uses: 0 });
    await refused('REQUEST_MALFORMED', 'POST', `${at}/tokens`, { expiresAt: 'tomorrow' });
    // A misspelt limit must not make a token without one.
    await refused('REQUEST_MALFORMED', 'POST', `${at}/tokens`, { expires: '2030-01-01T00:00:00Z' });
    await refused('REQUEST_MALFORMED', 'POST', `${at}/connections`, { a: { kind: 'machine', id: 'x' } });
    await refused('REQUEST_MALFORMED', 'GET', `${at}/machines?limit=9999`);
    await refused('REQUEST_MALFORMED', 'GET', `${at}/reachability?from=a`);
    await refused('REQUEST_MALFORMED', 'GET', '/subscriptions/%E0%A4%A');
    const answer = await relay.api('POST', '/claim', { secret: `secret-${'s'.repeat(200)}` }, null);
    expect(JSON.stringify(answer.body)).not.toContain('ssss');
  });

  test('over the cap, of another path or thing', async () => {
    const large = { name: 'x', description: 'y'.repeat(LIMITS.REST_BODY_MAX_BYTES.value) };
    await refused('BODY_TOO_LARGE', 'POST', `${at}/groups`, large);
    await refused('NOT_FOUND', 'GET', '/nothing');
    await refused('NOT_FOUND', 'PUT', '/subscriptions');
    await refused('NOT_FOUND', 'GET', './nothing');
    for (const path of ['/machines/x', '/groups/x', '/roles/x', '/reachability?from=x&to=y']) {
      await refused('NOT_FOUND', 'GET', `${at}${path}`);
    }
    for (const path of ['/machines/x', '/groups/x', '/roles/x', '/connections/x', '/tokens/x']) {
      await refused('NOT_FOUND', 'DELETE', `${at}${path}`);
    }
    await refused('NOT_FOUND', 'GET', '/subscriptions/nobody/machines');
  });
});

describe('subscriptions, groups and roles', () => {
  test('are created, found by name or id, changed, removed', async () => {
    for (const [path, extra] of [
      ['/subscriptions', {}],
      [`${at}/groups`, { interconnected: true }],
      [`${at}/roles`, {}],
    ] as const) {
      const made = await relay.must('POST', path, { name: 'first', ...extra });
      expect(await relay.must('GET', `${path}/first`)).toEqual(made);
      expect(await relay.must('GET', `${path}/${made.id}`)).toEqual(made);
      await refused('EXISTS_ALREADY', 'POST', path, { name: 'first' });
      const changed = await relay.must('PATCH', `${path}/first`, { name: 'second' });
      expect(changed).toEqual({
        ...made,
        name: 'second',
        version: made.version + 1,
        ...(made.policyVersion !== undefined && { policyVersion: made.policyVersion + 1 }),
      });
      await refused('NOT_FOUND', 'GET', `${path}/first`);
      await relay.must('POST', path, { name: 'first' });
      await refused('EXISTS_ALREADY', 'PATCH', `${path}/first`, { name: 'second' });
      expect(names(await relay.must('GET', path))).toEqual(expect.arrayContaining(['first', 'second']));
      for (const name of ['first', 'second']) await relay.must('DELETE', `${path}/${name}`);
      await refused('NOT_FOUND', 'DELETE', `${path}/first`);
    }
  });

  test('names differ in more than case', async () => {
    await relay.must('POST', `${at}/groups`, { name: 'Büro' });
    await refused('EXISTS_ALREADY', 'POST', `${at}/groups`, { name: 'BÜRO' });
    expect((await relay.must('GET', `${at}/groups/${encodeURIComponent('büro')}`)).name).toBe('Büro');
    await relay.must('PATCH', `${at}/groups/${encodeURIComponent('büro')}`, { name: 'BÜRO' });
    await relay.must('DELETE', `${at}/groups/${encodeURIComponent('büro')}`);
  });

  test('every change raises the policy version of its subscription, and of no other', async () => {
    const version = async (name: string) => (await relay.must('GET', `/subscriptions/${name}`)).policyVersion;
    const [mine, other] = [await version('contoso'), await version('fabrikam')];
    await relay.must('POST', `${at}/groups`, { name: 'versioned' });
    await relay.must('PATCH', `${at}/groups/versioned`, { interconnected: true });
    await relay.must('DELETE', `${at}/groups/versioned`);
    expect([await version('contoso'), await version('fabrikam')]).toEqual([mine + 3, other]);
  });
});

describe('tokens', () => {
  test('are shown in full once and never again', async () => {
    const made = await relay.must('POST', `${at}/tokens`, { description: 'roll-out', uses: 3 });
    expect(made).toMatchObject({ description: 'roll-out', usesLeft: 3, usesTotal: 3, group: null, role: null });
    const token = decodeToken(made.token);
    expect(token).toMatchObject({ server: relay.server.url, pin: relay.server.pin });
    const list = await relay.must('GET', `${at}/tokens`);
    const { token: _, ...shown } = made;
    expect(list.items).toContainEqual(shown);
    expect(JSON.stringify(list)).not.toContain(made.token);
    await relay.must('DELETE', `${at}/tokens/${made.id}`);
    const after = (await relay.must('GET', `${at}/tokens`)).items.find(({ id }: { id: string }) => id === made.id);
    expect(after.revokedAt).toEqual(expect.any(String));
  });

  test('are bound to a group or a role of the same subscription, not both', async () => {
    await relay.must('POST', `${at}/groups`, { name: 'bound' });
    await relay.must('POST', `${at}/roles`, { name: 'bound' });
    await refused('ROLE_INSTANCE_IN_GROUP', 'POST', `${at}/tokens`, { group: 'bound', role: 'bound' });
    await refused('NOT_FOUND', 'POST', '/subscriptions/fabrikam/tokens', { group: 'bound' });
    await refused('NOT_FOUND', 'POST', '/subscriptions/fabrikam/tokens', { role: 'bound' });
    const { id } = await relay.must('GET', `${at}/groups/bound`);
    expect((await relay.must('POST', `${at}/tokens`, { group: 'bound' })).group).toBe(id);
    await relay.must('DELETE', `${at}/groups/bound`);
    await relay.must('DELETE', `${at}/roles/bound`);
  });
});

describe('connections', () => {
  test('join what may be joined, once', async () => {
    for (const name of ['east', 'west']) await relay.must('POST', `${at}/groups`, { name });
    for (const name of ['web', 'worker']) await relay.must('POST', `${at}/roles`, { name });
    const group = (name: string) => ({ kind: 'group', name });
    const role = (name: string) => ({ kind: 'role', name });
    const path = `${at}/connections`;
    const made = await relay.must('POST', path, { a: role('web'), b: group('east') });
    expect(made).toMatchObject({ a: group('east'), b: role('web') });
    const again = await relay.api('POST', path, { a: group('EAST'), b: { kind: 'role', id: made.b.id } });
    expect(again).toMatchObject({ status: 200, body: made });
    await relay.must('POST', path, { a: group('west'), b: group('east') });
    await refused('GROUP_TO_ITSELF', 'POST', path, { a: group('east'), b: group('east') });
    await refused('ROLE_TO_ROLE', 'POST', path, { a: role('web'), b: role('worker') });
    await refused('ROLE_TO_ROLE', 'POST', path, { a: role('web'), b: role('web') });
    await refused('NOT_FOUND', 'POST', path, { a: role('web'), b: group('nowhere') });
    await refused('NOT_FOUND', 'POST', '/subscriptions/fabrikam/connections', { a: made.a, b: made.b });
    expect((await relay.must('GET', path)).items).toHaveLength(2);
    await refused('NOT_FOUND', 'DELETE', `/subscriptions/fabrikam/connections/${made.id}`);
    await relay.must('DELETE', `${path}/${made.id}`);
    expect((await relay.must('GET', path)).items).toHaveLength(1);
    await relay.must('DELETE', `${at}/groups/west`);
    expect((await relay.must('GET', path)).items).toEqual([]);
  });

  test('can A reach B is answered with the reason', async () => {
    await relay.must('POST', `${at}/groups`, { name: 'office' });
    await relay.must('POST', `${at}/roles`, { name: 'api' });
    await machine('reach-api', { role: 'api' });
    await machine('reach-pc', { group: 'office' });
    const ask = () => relay.must('GET', `${at}/reachability?from=reach-api&to=REACH-PC`);
    expect(await ask()).toEqual({
      allowed: false,
      reason: 'The role api (reach-api) is not connected to the group office (reach-pc).',
      remedy: { sentence: 'Connect the role api to the group office.', changes: [expect.any(Object)] },
    });
    const sides = { a: { kind: 'role', name: 'api' }, b: { kind: 'group', name: 'office' } };
    await relay.must('POST', `${at}/connections`, sides);
    expect(await ask()).toEqual({
      allowed: true,
      reason: 'The role api is connected to the group office.',
      remedy: null,
    });
  });
});

describe('machines', () => {
  test('are listed by name in pages, and filtered', async () => {
    await relay.must('POST', `${at}/groups`, { name: 'paged' });
    await relay.must('POST', `${at}/roles`, { name: 'paged' });
    for (const name of ['page-c', 'page-a', 'page-b']) await machine(name, { group: 'paged' });
    await machine('page-d');
    await machine('page-e', { role: 'paged' });
    const list = async (query: string) => names(await relay.must('GET', `${at}/machines?${query}`));
    const first = await relay.must('GET', `${at}/machines?search=page&limit=2`);
    expect(names(first)).toEqual(['page-a', 'page-b']);
    const second = await relay.must('GET', `${at}/machines?search=page&limit=2&after=${first.next}`);
    expect(names(second)).toEqual(['page-c', 'page-d']);
    const third = await relay.must('GET', `${at}/machines?search=page&limit=2&after=${second.next}`);
    expect([names(third), third.next]).toEqual([['page-e'], null]);
    expect(await list('group=paged')).toEqual(['page-a', 'page-b', 'page-c']);
    expect(await list('role=paged')).toEqual(['page-e']);
    expect(await list('group=none&search=page')).toEqual(['page-d']);
    await refused('NOT_FOUND', 'GET', `${at}/machines?group=unheard-of`);
    expect(names(await relay.must('GET', '/subscriptions/fabrikam/machines'))).toEqual([]);
  });

  test('are renamed, moved, disabled; a role instance is in no group', async () => {
    await relay.must('POST', `${at}/groups`, { name: 'target' });
    await relay.must('POST', `${at}/roles`, { name: 'mover' });
    await machine('move-me');
    await machine('instance', { role: 'mover' });
    const path = `${at}/machines/move-me`;
    expect((await relay.must('PATCH', path, { group: 'target' })).group).toEqual(expect.any(String));
    expect((await relay.must('PATCH', path, { group: null, disabled: true })).disabled).toBe(true);
    await refused('NAME_TAKEN', 'PATCH', path, { name: 'instance' });
    await refused('NOT_FOUND', 'PATCH', path, { group: 'nowhere' });
    await refused('REQUEST_MALFORMED', 'PATCH', path, { name: 'Not A Label' });
    await refused('ROLE_INSTANCE_IN_GROUP', 'PATCH', `${at}/machines/instance`, { group: 'target' });
    expect((await relay.must('PATCH', path, { name: 'moved' })).name).toBe('moved');
    await refused('NOT_FOUND', 'GET', path);
    await refused('NOT_FOUND', 'GET', '/subscriptions/fabrikam/machines/moved');
  });
});
