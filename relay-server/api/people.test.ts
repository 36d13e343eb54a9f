import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../clock.ts';
import { makeFirstSecret } from '../control/administration/api-keys.ts';
import { type LoopbackServer, startLoopbackServer } from '../loopback-server.fixture.ts';
import { systemRandom } from '../random.ts';
import { type BrowserAnswer, LoopbackBrowser } from './loopback-browser.fixture.ts';

const PASSWORD = 'violet kettle onward brick';

let ahead = 0;
let relay: LoopbackServer;
let ada: LoopbackBrowser;
const browser = () => new LoopbackBrowser(relay.server.url);
const refusal = (answer: BrowserAnswer) => answer.body?.error?.code;
const signedIn = async (name: string) => {
  ahead += 60_000;
  const one = browser();
  expect((await one.signIn(name, PASSWORD)).status).toBe(201);
  return one;
};

beforeAll(async () => {
  const clock = { ...systemClock, now: () => Date.now() + ahead };
  relay = await startLoopbackServer({ clock, claim: false });
  ada = browser();
  const { firstSecret: secret } = relay.server;
  const told = { secret, name: 'ada', displayName: 'Ada', password: PASSWORD, subscription: 'contoso' };
  expect((await ada.ask('POST', '/welcome', told)).status).toBe(201);
  await ada.ask('POST', '/subscriptions', { name: 'fabrikam' });
});
afterAll(() => relay[Symbol.asyncDispose]());

describe('people', () => {
  test('are created, listed, found by name or id, changed, removed, and all of it is in the audit', async () => {
    const wanted = { name: 'Bob@Example.com', displayName: 'Bob', rights: 'viewer', password: PASSWORD };
    const made = await ada.ask('POST', '/people', wanted);
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ name: 'bob@example.com', rights: 'viewer', version: 1, lastSignInAt: null });
    expect(refusal(await ada.ask('POST', '/people', { ...wanted, name: 'BOB@example.com' }))).toBe('EXISTS_ALREADY');
    expect(refusal(await ada.ask('POST', '/people', { ...wanted, name: 'x', password: 'too short' }))).toBe(
      'PASSWORD_WEAK',
    );
    for (const id of ['bob@example.com', made.body.id]) {
      const found = await ada.ask('GET', `/people/${id}`);
      expect([found.body, found.headers.etag]).toEqual([made.body, '"1"']);
    }
    const list = (await ada.ask('GET', '/people')).body.items;
    expect(list.map(({ name }: { name: string }) => name)).toEqual(['ada', 'bob@example.com']);
    const changed = await ada.ask('PATCH', '/people/bob@example.com', {
      displayName: 'Robert',
      rights: 'administrator',
    });
    expect(changed.body).toEqual({ ...made.body, displayName: 'Robert', rights: 'administrator', version: 2 });
    expect((await ada.ask('DELETE', '/people/bob@example.com')).status).toBe(204);
    expect(refusal(await ada.ask('GET', '/people/bob@example.com'))).toBe('NOT_FOUND');
    const { items } = (await ada.ask('GET', '/audit?search=BOB')).body;
    expect(items.map(({ action }: { action: string }) => action)).toEqual([
      'person.remove',
      'person.change',
      'person.create',
    ]);
    expect(items[1]).toMatchObject({
      by: { kind: 'person', name: 'ada', address: '127.0.0.1' },
      before: { displayName: 'Bob', rights: 'viewer' },
      after: { displayName: 'Robert', rights: 'administrator' },
    });
    expect(JSON.stringify(items)).not.toMatch(/argon2|violet/);
  });

  test('a change is refused when somebody else was faster', async () => {
    await ada.ask('POST', '/people', { name: 'carol', displayName: 'Carol', rights: 'viewer', password: PASSWORD });
    const edit = (version: string) => ada.ask('PATCH', '/people/carol', { displayName: 'C.' }, { 'if-match': version });
    expect((await edit('"1"')).body.version).toBe(2);
    const refused = await edit('"1"');
    expect([refused.status, refusal(refused)]).toEqual([412, 'CHANGED_MEANWHILE']);
    expect(refused.body.error.message).toBe('ada changed C. while you were editing it.');
    expect(refusal(await edit('1'))).toBe('REQUEST_MALFORMED');
    expect(refusal(await ada.ask('DELETE', '/people/carol', undefined, { 'if-match': '"1"' }))).toBe(
      'CHANGED_MEANWHILE',
    );
    expect((await edit('*')).status).toBe(200);
    const carol = await signedIn('carol');
    expect(refusal(await carol.ask('PATCH', '/account', { displayName: 'x' }, { 'if-match': '"1"' }))).toBe(
      'CHANGED_MEANWHILE',
    );
  });

  test('whose rights change, or who are disabled, are signed out at once', async () => {
    await ada.ask('POST', '/people', { name: 'dave', displayName: 'Dave', rights: 'viewer', password: PASSWORD });
    for (const change of [{ rights: 'administrator' }, { disabled: true }, { password: `${PASSWORD} 2` }]) {
      await ada.ask('PATCH', '/people/dave', { disabled: false, password: PASSWORD });
      const dave = await signedIn('dave');
      expect((await dave.ask('GET', '/account')).status).toBe(200);
      expect((await ada.ask('PATCH', '/people/dave', { displayName: 'David' })).status).toBe(200);
      expect((await dave.ask('GET', '/account')).status).toBe(200);
      await ada.ask('PATCH', '/people/dave', change);
      expect(refusal(await dave.ask('GET', '/account'))).toBe('NOT_SIGNED_IN');
    }
    await ada.ask('PATCH', '/people/dave', { password: PASSWORD });
    const dave = await signedIn('dave');
    const heard: string[] = [];
    relay.server.control.context.access.listen({
      changed: (kind, by) => heard.push(`${kind} by ${by}`),
      ended: (id) => heard.push(id),
      renewed: (id) => heard.push(`renewed ${id}`),
    });
    const [session] = (await dave.ask('GET', '/account/sessions')).body.items;
    await ada.ask('DELETE', '/people/dave');
    expect(heard).toEqual(['people by ada', session.id]);
    expect(refusal(await dave.ask('GET', '/account'))).toBe('NOT_SIGNED_IN');
    // Who changes themselves stays where they do it, and nowhere else.
    const elsewhere = await signedIn('ada');
    const before = new Map(ada.cookies);
    await ada.ask('PATCH', '/people/ada', { password: PASSWORD });
    expect((await ada.ask('GET', '/account')).status).toBe(200);
    const thief = browser();
    for (const [name, value] of before) thief.cookies.set(name, value);
    expect(refusal(await thief.ask('GET', '/account'))).toBe('NOT_SIGNED_IN');
    expect(refusal(await elsewhere.ask('GET', '/account'))).toBe('NOT_SIGNED_IN');
  });

  test('a new one-time secret makes another owner', async () => {
    const { store } = relay.server.control.context;
    const secret = await makeFirstSecret(store, systemRandom, 1);
    const fran = browser();
    const told = { secret, name: 'fran', displayName: 'Fran', password: PASSWORD };
    expect(refusal(await fran.ask('POST', '/welcome', { ...told, name: 'ADA' }))).toBe('EXISTS_ALREADY');
    expect((await fran.ask('POST', '/welcome', told)).body).toMatchObject({ name: 'fran', rights: 'owner' });
    expect((await fran.ask('DELETE', '/people/fran')).status).toBe(204);
    expect(refusal(await fran.ask('POST', '/welcome', told))).toBe('SECRET_REFUSED');
  });

  test('the last owner who can sign in stays', async () => {
    await ada.ask('POST', '/people', { name: 'erin', displayName: 'Erin', rights: 'owner', password: null });
    const refused: [string, unknown][] = [
      ['PATCH', { rights: 'administrator' }],
      ['PATCH', { disabled: true }],
      ['DELETE', undefined],
    ];
    for (const [method, body] of refused) {
      // Erin has no password, and there is no identity provider.
      expect(refusal(await ada.ask(method, '/people/ada', body))).toBe('LAST_OWNER');
    }
    await ada.ask('PATCH', '/people/erin', { password: PASSWORD });
    const erin = await signedIn('erin');
    const both = await Promise.all([
      ada.ask('PATCH', '/people/erin', { rights: 'viewer' }),
      erin.ask('PATCH', '/people/ada', { rights: 'viewer' }),
    ]);
    expect(both.filter(({ status }) => status === 200)).toHaveLength(1);
    const owner = both[0]?.status === 200 ? ada : erin;
    const loser = owner === ada ? 'erin' : 'ada';
    if (owner === erin) await erin.ask('PATCH', '/people/ada', { rights: 'owner' });
    else await ada.ask('DELETE', `/people/${loser}`);
    ada = await signedIn('ada');
  });
});

describe('API keys', () => {
  const make = async (wanted: object) => (await ada.ask('POST', '/api-keys', wanted)).body;
  const by = (key: string, method: string, path: string, body?: unknown) => relay.api(method, path, body, key);
  const code = async (answer: ReturnType<typeof by>) => (await answer).body?.error?.code;

  test('have the rights that they were given, until they expire', async () => {
    const expiresAt = new Date(Date.now() + ahead + 3_600_000).toISOString();
    const made = await make({ description: 'backup', rights: 'viewer', expiresAt });
    expect(made).toMatchObject({ rights: 'viewer', expiresAt, createdBy: 'ada', subscription: null });
    expect((await by(made.key, 'GET', '/subscriptions')).status).toBe(200);
    expect(await code(by(made.key, 'POST', '/subscriptions/contoso/groups', { name: 'g' }))).toBe('NOT_ALLOWED');
    expect(await code(by(made.key, 'GET', '/people'))).toBe('NOT_ALLOWED');
    expect(await code(by(made.key, 'GET', '/account'))).toBe('NOT_ALLOWED');
    ahead += 3_600_001;
    expect(await code(by(made.key, 'GET', '/subscriptions'))).toBe('API_KEY_REFUSED');
    const { text } = await ada.ask('GET', '/audit?action=api-key');
    expect(text).toContain('"name":"backup"');
    expect(text).not.toContain(made.key);
  });

  test('of one subscription see and touch no other, and nothing of the server', async () => {
    const { key, subscription } = await make({ rights: 'owner', subscription: 'contoso' });
    expect((await by(key, 'GET', '/subscriptions')).body.items.map(({ name }: { name: string }) => name)).toEqual([
      'contoso',
    ]);
    for (const own of ['contoso', 'CONTOSO', subscription]) {
      expect((await by(key, 'GET', `/subscriptions/${own}/groups`)).status).toBe(200);
    }
    for (const path of [
      '/subscriptions/fabrikam',
      '/subscriptions/fabrikam/groups',
      '/subscriptions/unheard-of',
      '/people',
      '/api-keys',
    ]) {
      expect(await code(by(key, 'GET', path))).toBe('NOT_OF_THIS_SUBSCRIPTION');
    }
    for (const [path, body] of [
      ['/subscriptions', { name: 'x' }],
      ['/api-keys', { description: 'more' }],
    ] as const) {
      expect(await code(by(key, 'POST', path, body))).toBe('NOT_OF_THIS_SUBSCRIPTION');
    }
    // Its owner may rename it, and the id of another is a name too: it leads there for nobody.
    const { id: foreign } = (await ada.ask('GET', '/subscriptions/fabrikam')).body;
    expect((await by(key, 'PATCH', '/subscriptions/contoso', { name: foreign })).status).toBe(200);
    expect(await code(by(key, 'GET', `/subscriptions/${foreign}`))).toBe('NOT_OF_THIS_SUBSCRIPTION');
    expect(await code(by(key, 'POST', `/subscriptions/${foreign}/groups`, { name: 'g' }))).toBe(
      'NOT_OF_THIS_SUBSCRIPTION',
    );
    expect((await by(key, 'PATCH', `/subscriptions/${subscription}`, { name: 'contoso' })).status).toBe(200);
    expect(
      (await by(key, 'GET', '/audit')).body.items.every(
        (entry: { subscription: unknown }) => entry.subscription !== null,
      ),
    ).toBe(true);
    expect(
      (await by(key, 'GET', '/audit?subscription=fabrikam')).body.items.every(
        (entry: { subscription: { id: string } }) => entry.subscription.id === subscription,
      ),
    ).toBe(true);
  });
});
