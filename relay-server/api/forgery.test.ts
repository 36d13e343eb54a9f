/**
 * Pages of other sites that have the browser of somebody who is signed in ask this server (CSRF): by forms,
 * by fetch without asking first, by links, and for what their scripts could read.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../clock.ts';
import { type LoopbackServer, startLoopbackServer } from '../loopback-server.fixture.ts';
import { everyRoute, everythingOf, furnish, pathOf, type Route, type Things } from './every-route.fixture.ts';
import type { BrowserAnswer, LoopbackBrowser } from './loopback-browser.fixture.ts';

let ahead = 0;
let relay: LoopbackServer;
let ada: LoopbackBrowser;
let things: Things;
let routes: Route[];

const code = ({ body }: BrowserAnswer) => body?.error?.code as string | undefined;
const path = (route: Route) => pathOf(route, (parameter) => things[parameter] ?? 'nothing');
const isChange = ({ method }: Route) => method !== 'GET';
const soon = () => {
  ahead += 5_000; // rates are tested elsewhere
};

beforeAll(async () => {
  relay = await startLoopbackServer({ clock: { ...systemClock, now: () => Date.now() + ahead }, claim: false });
  ({ ada, things } = await furnish(relay));
  routes = await everyRoute(ada);
});
afterAll(() => relay[Symbol.asyncDispose]());

/** What a form sends, or a fetch for which the browser asks nobody before (Fetch §2.2.2, "CORS-safelisted"). */
const SIMPLE_BODIES = [
  ['text/plain', '{"name":"evil","padding":"="}'],
  ['text/plain;charset=application/json', '{"name":"evil"}'],
  ['application/x-www-form-urlencoded', 'name=evil&rights=owner'],
  ['multipart/form-data; boundary=x', '--x\r\ncontent-disposition: form-data; name="name"\r\n\r\nevil\r\n--x--\r\n'],
] as const;
const foreign = (): Record<string, string | undefined>[] => [
  { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
  { origin: 'https://evil.example', 'sec-fetch-site': undefined },
  // Of a sandboxed frame, a file, or after a redirect from one site to another.
  { origin: 'null', 'sec-fetch-site': 'cross-site' },
  { origin: 'null', 'sec-fetch-site': undefined },
  // Another port of the same computer is the same site, and the cookie goes along.
  { origin: `https://127.0.0.1:${Number(new URL(ada.origin).port) + 1}`, 'sec-fetch-site': 'same-site' },
  { origin: ada.origin.replace('127.0.0.1', 'localhost'), 'sec-fetch-site': 'cross-site' },
  { origin: ada.origin.replace('https:', 'http:'), 'sec-fetch-site': 'cross-site' },
  { origin: undefined, 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'cross-site' },
];

test('no form of another site changes anything, by any route, whatever it says of itself', async () => {
  const before = await everythingOf(relay);
  for (const route of routes.filter(isChange)) {
    for (const [type, body] of SIMPLE_BODIES) {
      for (const headers of foreign()) {
        soon();
        const answer = await ada.send(route.method, path(route), body, { 'content-type': type, ...headers });
        expect([route, type, headers, answer.status, code(answer)]).toEqual([
          route,
          type,
          headers,
          403,
          'ORIGIN_REFUSED',
        ]);
        expect(answer.headers).not.toHaveProperty('set-cookie');
      }
    }
  }
  expect(await everythingOf(relay)).toBe(before);
});

test('an old browser that says nothing of where a form comes from changes nothing either', async () => {
  const before = await everythingOf(relay);
  const silent = { origin: undefined, 'sec-fetch-site': undefined };
  for (const route of routes.filter(isChange)) {
    for (const [type, body] of SIMPLE_BODIES) {
      soon();
      const answer = await ada.send(route.method, path(route), body, { 'content-type': type, ...silent });
      // Signing in needs no cookie, so what refuses it is that a form can not say application/json.
      const expected = route.needs === 'nobody' ? ['ORIGIN_REFUSED', 'REQUEST_MALFORMED'] : ['ORIGIN_REFUSED'];
      expect(expected, `${route.method} ${route.template} ${type}`).toContain(code(answer));
      expect(answer.headers).not.toHaveProperty('set-cookie');
    }
  }
  expect(await everythingOf(relay)).toBe(before);
});

test('even from its own page, only application/json is a body', async () => {
  const before = await everythingOf(relay);
  for (const route of routes.filter((route) => isChange(route) && route.method !== 'DELETE')) {
    for (const [type, body] of SIMPLE_BODIES) {
      soon();
      const answer = await ada.send(route.method, path(route), body, { 'content-type': type });
      expect([route, type, code(answer)]).toEqual([route, type, 'REQUEST_MALFORMED']);
    }
  }
  expect(await everythingOf(relay)).toBe(before);
});

test('a link or a picture changes nothing, and nobody else’s script may read an answer', async () => {
  const before = await everythingOf(relay);
  const from = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
  const override = { 'x-http-method-override': 'DELETE', 'x-method-override': 'DELETE', 'x-http-method': 'DELETE' };
  for (const route of routes) {
    soon();
    const answers = [
      await ada.send('OPTIONS', path(route), undefined, { ...from, 'access-control-request-method': route.method }),
      ...(isChange(route)
        ? []
        : [await ada.send('GET', `${path(route)}?_method=DELETE`, undefined, { ...from, ...override })]),
    ];
    for (const { headers } of answers) {
      for (const name of Object.keys(headers)) expect(name).not.toMatch(/^access-control-/);
      expect(headers['cross-origin-resource-policy'], route.template).toBe('same-origin');
    }
    expect(answers[0]?.status).toBe(404);
  }
  expect(await everythingOf(relay)).toBe(before);
});

test('no answer may be shown in a frame, guessed into another type, or kept', async () => {
  for (const route of routes.filter((route) => !isChange(route))) {
    soon();
    const { headers } = await ada.ask('GET', path(route));
    expect(headers['x-content-type-options'], route.template).toBe('nosniff');
    expect(headers['content-security-policy'], route.template).toContain("frame-ancestors 'none'");
    expect(headers['cache-control'], route.template).toBe('no-store');
  }
  for (const address of ['./', './sign-in', './s/contoso/groups', './api/docs', './install/none', './nowhere']) {
    const { headers } = await ada.ask('GET', address, undefined, { accept: 'text/html' });
    expect(headers['content-type']).toContain('text/html');
    expect(headers['content-security-policy'], address).toContain("frame-ancestors 'none'");
    expect(headers['content-security-policy'], address).not.toMatch(/unsafe-(inline|eval)|\*/);
  }
});
