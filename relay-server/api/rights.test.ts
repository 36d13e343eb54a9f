/**
 * Every route of the description, asked by everybody: refusals are exactly those that `x-rights` says,
 * and whoever is refused, or may only look, changes nothing. New routes are met without being named here.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Rights } from '#protocol/rest/api.ts';
import { systemClock } from '../clock.ts';
import { type LoopbackServer, startLoopbackServer } from '../loopback-server.fixture.ts';
import { everyRoute, everythingOf, PASSWORD, pathOf, type Route } from './every-route.fixture.ts';
import { type BrowserAnswer, LoopbackBrowser } from './loopback-browser.fixture.ts';

const RANKS: readonly Rights[] = ['viewer', 'administrator', 'owner'];
/** What a viewer may: their own account, and what only asks (POST …/preview, …/diff). */
const OWN = /^\/account(\/|$)/;

/** With a path that leads to something. */
interface Asked extends Route {
  readonly path: string;
}

let ahead = 0;
let relay: LoopbackServer;
let owner: LoopbackBrowser;
let viewer: LoopbackBrowser;
let routes: Asked[];
const keys: Partial<Record<Rights | 'bound' | 'other', string>> = {};

const code = (answer: BrowserAnswer) => answer.body?.error?.code as string | undefined;
const isChange = ({ method }: Asked) => method !== 'GET';
const ask = ({ method, path }: Asked, by: LoopbackBrowser, headers: Record<string, string | undefined> = {}) => {
  ahead += 5_000; // rates are tested elsewhere
  return by.ask(method, path, method === 'GET' || method === 'DELETE' ? undefined : {}, headers);
};
const withKey = (route: Asked, key: string | undefined) =>
  ask(route, new LoopbackBrowser(relay.server.url), { authorization: `Bearer ${key}` });

beforeAll(async () => {
  relay = await startLoopbackServer({ clock: { ...systemClock, now: () => Date.now() + ahead }, claim: false });
  [owner, viewer] = [new LoopbackBrowser(relay.server.url), new LoopbackBrowser(relay.server.url)];
  const secret = relay.server.firstSecret;
  await owner.ask('POST', '/welcome', {
    secret,
    name: 'ada',
    displayName: 'Ada',
    password: PASSWORD,
    subscription: 'contoso',
  });
  await owner.ask('POST', '/people', { name: 'vic', displayName: 'Vic', rights: 'viewer', password: PASSWORD });
  expect((await viewer.signIn('vic', PASSWORD)).status).toBe(201);
  await owner.ask('POST', '/subscriptions', { name: 'fabrikam' });
  for (const rights of RANKS) keys[rights] = (await owner.ask('POST', '/api-keys', { rights })).body.key;
  for (const [name, subscription] of [
    ['bound', 'contoso'],
    ['other', 'fabrikam'],
  ] as const) {
    keys[name] = (await owner.ask('POST', '/api-keys', { rights: 'owner', subscription })).body.key;
  }
  const made = {
    group: (await owner.ask('POST', '/subscriptions/contoso/groups', { name: 'office' })).body.name,
    role: (await owner.ask('POST', '/subscriptions/contoso/roles', { name: 'web' })).body.name,
    token: (await owner.ask('POST', '/subscriptions/contoso/tokens', {})).body.id,
    connection: '0'.repeat(32),
    subscription: 'contoso',
    person: 'ada',
  } as Record<string, string>;
  routes = (await everyRoute(owner)).map((route) => ({
    ...route,
    path: pathOf(route, (parameter) => made[parameter] ?? 'nothing'),
  }));
});
afterAll(() => relay[Symbol.asyncDispose]());

const everything = () => everythingOf(relay);

test('without credentials nothing is shown or done, but for what is open', async () => {
  const before = await everything();
  const stranger = new LoopbackBrowser(relay.server.url);
  for (const route of routes) {
    const answer = await ask(route, stranger);
    if (route.needs === 'nobody') expect([route, code(answer)]).not.toEqual([route, 'NOT_SIGNED_IN']);
    else expect([route, answer.status, code(answer)]).toEqual([route, 401, 'NOT_SIGNED_IN']);
    const wrong = await withKey(route, `cwk_${'0'.repeat(16)}${'A'.repeat(43)}`);
    if (route.needs !== 'nobody') expect([route, code(wrong)]).toEqual([route, 'API_KEY_REFUSED']);
  }
  expect(await everything()).toBe(before);
});

test('with fewer rights than x-rights says, a key is refused, and changes nothing', async () => {
  const before = await everything();
  for (const route of routes.filter(({ needs }) => needs !== 'nobody')) {
    for (const rights of RANKS.slice(0, RANKS.indexOf(route.needs as Rights))) {
      const answer = await withKey(route, keys[rights]);
      expect([route, rights, answer.status, code(answer)]).toEqual([route, rights, 403, 'NOT_ALLOWED']);
    }
  }
  expect(await everything()).toBe(before);
});

test('a viewer, by key or signed in, changes nothing by any route', async () => {
  const before = await everything();
  for (const route of routes.filter(({ path }) => !OWN.test(path) && path !== '/session')) {
    for (const answer of [await withKey(route, keys.viewer), await ask(route, viewer)]) {
      const refused = route.needs !== 'nobody' && route.needs !== 'viewer';
      expect([route, code(answer) === 'NOT_ALLOWED']).toEqual([route, refused]);
    }
  }
  expect(await everything()).toBe(before);
});

test('a cookie without an Origin of the server’s own changes nothing', async () => {
  const before = await everything();
  for (const route of routes.filter((route) => isChange(route) && route.needs !== 'nobody')) {
    for (const headers of [
      { origin: undefined, 'sec-fetch-site': undefined },
      { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'cross-site' },
    ]) {
      for (const by of [owner, viewer]) {
        const answer = await ask(route, by, headers);
        expect([route, answer.status, code(answer)]).toEqual([route, 403, 'ORIGIN_REFUSED']);
      }
    }
  }
  expect(await everything()).toBe(before);
});

test('a key of another subscription reaches nothing of this one, nor of the server', async () => {
  const before = await everything();
  for (const route of routes.filter(({ needs }) => needs !== 'nobody')) {
    const answer = await withKey(route, keys.other);
    const filtered = route.method === 'GET' && ['/subscriptions', '/audit'].includes(route.path);
    if (filtered) {
      expect(answer.status).toBe(200);
      expect(answer.text).not.toContain('contoso');
    } else expect([route, answer.status, code(answer)]).toEqual([route, 403, 'NOT_OF_THIS_SUBSCRIPTION']);
    if (route.path.startsWith('/subscriptions/')) continue;
    const bound = await withKey(route, keys.bound);
    if (!filtered) expect([route, code(bound)]).toEqual([route, 'NOT_OF_THIS_SUBSCRIPTION']);
  }
  expect(await everything()).toBe(before);
});

test('with enough rights nobody is refused for want of them', async () => {
  // Removals last and the things before the subscription, so that each still meets what it removes.
  const order = (route: Asked) => (route.method === 'DELETE' ? 1_000 - route.path.length : 0);
  const refused = [
    'NOT_ALLOWED',
    'NOT_SIGNED_IN',
    'API_KEY_REFUSED',
    'NOT_OF_THIS_SUBSCRIPTION',
    'ORIGIN_REFUSED',
    'INTERNAL',
  ];
  for (const route of [...routes].sort((a, b) => order(a) - order(b))) {
    if (OWN.test(route.path) || route.path === '/session' || route.path.startsWith('/people/')) continue;
    if (route.needs === 'nobody') continue;
    const answer = await withKey(route, keys[route.needs]);
    expect([route, refused.includes(code(answer) ?? '')]).toEqual([route, false]);
  }
});
