/**
 * Requests of somebody who may do everything, and means harm or is a broken program: whatever is in them, the
 * answer is a refusal in words, nothing changes, and nothing of the inside is told.
 */
import { Agent, request } from 'node:https';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LIMITS } from '#protocol/limits.ts';
import { type LoopbackServer, startLoopbackServer } from '../loopback-server.fixture.ts';
import { everyRoute, everythingOf, furnish, PASSWORD, pathOf, type Route, type Things } from './every-route.fixture.ts';
import { type BrowserAnswer, LoopbackBrowser } from './loopback-browser.fixture.ts';

/** What only the inside knows: a stack, a file, a table, the value that was refused. */
const INSIDE = /\n\s+at |node_modules|\.tsx?:\d|file:\/\/|SQLITE|sqlite|select .* from|INTERNAL/i;

let relay: LoopbackServer;
let ada: LoopbackBrowser;
let things: Things;
let routes: Route[];

beforeAll(async () => {
  relay = await startLoopbackServer({ claim: false });
  ({ ada, things } = await furnish(relay));
  routes = await everyRoute(ada);
});
afterAll(() => {
  agent.destroy();
  return relay[Symbol.asyncDispose]();
});

/** Thousands of requests, one handshake. */
const agent = new Agent({ keepAlive: true });
const OPEN = ['/session', '/welcome', '/claim'];
const takesBody = ({ method, template }: Route) => ['POST', 'PATCH'].includes(method) && !/diagnostics$/.test(template);
const path = (route: Route) => pathOf(route, (parameter) => things[parameter] ?? 'nothing');

function expectRefusal(answer: BrowserAnswer, what: string): void {
  expect(answer.status, `${what}: ${answer.text}`).toBeGreaterThanOrEqual(400);
  expect(answer.status, `${what}: ${answer.text}`).toBeLessThan(500);
  expect(Object.keys(answer.body?.error ?? {}).sort(), what).toEqual(['code', 'details', 'message', 'remedy']);
  expect(answer.text, what).not.toMatch(INSIDE);
}

const JSON_BODIES: Readonly<Record<string, string>> = {
  'a prototype': '{"__proto__":{"rights":"owner","polluted":true}}',
  'a prototype by its constructor': '{"constructor":{"prototype":{"polluted":true}}}',
  'a prototype in escapes': '{"\\u005f_proto__":{"polluted":true}}',
  'more than there is': '{"id":"0","rights":"owner","version":9,"passwordHash":"x","subscription":null,"isOwner":true}',
  'a list': '[{"name":"evil"}]',
  null: 'null',
  text: '"evil"',
  'a number out of range': '{"uses":1e999,"limit":1e999,"expectPolicyVersion":1e999,"x":1}',
  'half of a body': '{"name":"ev',
  'no JSON': '<policy/>',
  'nothing at all': '',
  'a very deep list': '['.repeat(30_000),
  'a NUL and half of a character': '{"name":"a\\u0000\\ud800"}',
};

test('no body of a wrong shape changes anything, or shows the inside', async () => {
  const before = await everythingOf(relay);
  for (const route of routes.filter((route) => takesBody(route) && !OPEN.includes(route.template))) {
    for (const [what, body] of Object.entries(JSON_BODIES)) {
      const answer = await ada.send(route.method, path(route), body, { 'content-type': 'application/json' });
      expectRefusal(answer, `${route.method} ${route.template} with ${what}`);
    }
  }
  expect(await everythingOf(relay)).toBe(before);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

test('nor does YAML of that kind', async () => {
  const bodies = [
    '__proto__:\n  polluted: true\ngroups: []\n',
    'constructor: {prototype: {polluted: true}}\n',
    `a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\n`,
    '!!js/function "function () { return 1 }"\n',
    'groups: [{name: "a\\0"}]\n',
    `${'['.repeat(5_000)}`,
    '%YAML 9.9\n---\n!<tag:evil.example,2000:x> {groups: 1}\n',
  ];
  for (const body of bodies) {
    const at = `/subscriptions/${things.subscription}/policy/diff`;
    expectRefusal(await ada.send('POST', at, body, { 'content-type': 'application/yaml' }), body.slice(0, 40));
  }
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

test('a body that is too long is refused before it is read', async () => {
  for (const route of routes.filter((route) => takesBody(route) && !OPEN.includes(route.template))) {
    const body = JSON.stringify({ name: 'x'.repeat(LIMITS.CHANGES_BODY_MAX_BYTES.value + 1) });
    // The server may hang up while the rest is on its way.
    const answer = await ada
      .send(route.method, path(route), body, { 'content-type': 'application/json' })
      .catch((error: NodeJS.ErrnoException) => error);
    if (answer instanceof Error) expect(['EPIPE', 'ECONNRESET']).toContain(answer.code);
    else expect([route, answer.status, answer.body.error.code]).toEqual([route, 413, 'BODY_TOO_LARGE']);
  }
});

const PATH_PARTS = [
  '__proto__',
  'constructor',
  'toString',
  '..',
  '%2e%2e',
  '..%2f..%2f..%2fetc%2fpasswd',
  '%252e%252e%252f',
  '..%5c..%5c',
  '%2fetc%2fpasswd',
  '%00',
  'a%00b',
  '%0d%0ax-injected:%20yes',
  '%ff%fe',
  '%',
  '%zz',
  "'%20OR%201=1--",
  '%24%7B7*7%7D',
  'x'.repeat(5_000),
];

test('no path leads anywhere but to what there is', async () => {
  const before = await everythingOf(relay);
  for (const route of routes.filter(({ template }) => template.includes('{'))) {
    const last = route.template.match(/\w+(?=\})/g)?.at(-1);
    for (const part of PATH_PARTS) {
      const asked = pathOf(route, (parameter) => (parameter === last ? part : (things[parameter] ?? 'nothing')));
      const answer = await exactly(route.method, `/api/v1${asked}`);
      expectRefusal(answer, `${route.method} ${asked.slice(0, 120)}`);
      expect(answer.headers).not.toHaveProperty('x-injected');
    }
  }
  expect(await everythingOf(relay)).toBe(before);
});

test('nor do those of files, scripts and pages', async () => {
  for (const part of PATH_PARTS) {
    for (const address of [
      `/downloads/${part}`,
      `/install/${part}/linux.sh`,
      `/assets/${part}`,
      `/assets/${part}/x.js`,
    ]) {
      const { status, text, headers } = await exactly('GET', address);
      expect([200, 400, 403, 404, 410, 414], address.slice(0, 120)).toContain(status);
      // Of a link that never was, the script says that it does not work.
      if (status === 200) expect(text).toMatch(/^#!\/bin\/sh\nprintf .*exit 1\n$/s);
      expect(text).not.toMatch(INSIDE);
      expect(text).not.toMatch(/root:x:0/);
      expect(headers).not.toHaveProperty('x-injected');
    }
  }
});

test('what is of one subscription is nothing of another, for whoever has rights in both', async () => {
  const before = await everythingOf(relay);
  const inside = routes.filter(({ template }) => /^\/subscriptions\/\{subscription\}\/.*\{/.test(template));
  expect(inside.length).toBeGreaterThan(12);
  for (const route of inside) {
    const asked = pathOf(route, (parameter) =>
      parameter === 'subscription' ? 'fabrikam' : (things[parameter] ?? '?'),
    );
    const answer = await ada.ask(route.method, asked, takesBody(route) ? {} : undefined);
    expect([route, answer.status, answer.body?.error?.code]).toEqual([route, 404, 'NOT_FOUND']);
  }
  const { group, role, machine } = things;
  const sides = { a: { kind: 'group', id: group }, b: { kind: 'role', id: role } };
  const bodies: [string, unknown][] = [
    ['/connections', sides],
    ['/tokens', { group }],
    ['/tokens', { role }],
    ['/install-links', { group }],
    ...[
      { do: 'change-group', group, name: 'evil' },
      { do: 'remove-group', group },
      { do: 'remove-role', role },
      { do: 'connect', ...sides },
      { do: 'disconnect', ...sides },
      { do: 'assign', machines: [machine], group: null },
      { do: 'set-disabled', machines: [machine], disabled: true },
      { do: 'rename-machine', machine, name: 'evil' },
      { do: 'remove-machines', machines: [machine] },
      // An id that a client chooses must not be one of elsewhere.
      { do: 'create-group', id: group, name: 'evil' },
      { do: 'create-role', id: role, name: 'evil' },
      { do: 'create-role', id: group, name: 'evil' },
    ].map((change): [string, unknown] => ['/changes', { changes: [change] }]),
  ];
  for (const [at, body] of bodies) {
    const answer = await ada.ask('POST', `/subscriptions/fabrikam${at}`, body);
    expectRefusal(answer, `${at} ${JSON.stringify(body)}`);
    expect(['NOT_FOUND', 'EXISTS_ALREADY'], answer.text).toContain(answer.body.error.code);
    expect(answer.text).not.toMatch(/office|pc01|contoso/);
  }
  const query = `from=${machine}&to=${machine}`;
  expect((await ada.ask('GET', `/subscriptions/fabrikam/reachability?${query}`)).status).toBe(404);
  expect(await everythingOf(relay)).toBe(before);
});

test('nobody gives themselves rights', async () => {
  const anna = await newPerson('anna', 'administrator');
  const before = await everythingOf(relay);
  const self = (await anna.ask('GET', '/account')).body;
  const tries: [string, string, unknown][] = [
    ['PATCH', '/account', { rights: 'owner' }],
    ['PATCH', '/account', { displayName: 'Anna', rights: 'owner' }],
    ['PATCH', '/people/anna', { rights: 'owner' }],
    ['PATCH', `/people/${self.id}`, { rights: 'owner' }],
    ['PATCH', '/people/ada', { password: 'another brick kettle violet' }],
    ['DELETE', '/people/ada', undefined],
    ['POST', '/people', { name: 'eve', displayName: 'Eve', rights: 'owner', password: 'another brick kettle violet' }],
    ['POST', '/api-keys', { rights: 'owner' }],
    ['POST', '/api-keys', { rights: 'viewer' }],
    ['DELETE', `/api-keys/${things.key}`, undefined],
    ['PATCH', '/subscriptions/contoso', { name: 'annas' }],
    ['POST', '/welcome', { secret: 'cws_x', name: 'eve', displayName: 'E', password: 'another brick kettle violet' }],
    ['POST', '/claim', { secret: relay.server.firstSecret }],
    ['POST', '/session', { name: 'anna', password: 'x', rights: 'owner' }],
    ['DELETE', `/account/sessions/${things.session}`, undefined],
  ];
  for (const [method, asked, body] of tries) expectRefusal(await anna.ask(method, asked, body), `${method} ${asked}`);
  expect((await anna.ask('GET', '/account')).body).toEqual(self);
  expect(await everythingOf(relay)).toBe(before);
});

async function newPerson(name: string, rights: string): Promise<LoopbackBrowser> {
  await ada.ask('POST', '/people', { name, displayName: name, rights, password: PASSWORD });
  const browser = new LoopbackBrowser(relay.server.url);
  expect((await browser.signIn(name, PASSWORD)).status).toBe(201);
  return browser;
}

/** The path goes over the wire as it is written; the cookie is ada's. */
function exactly(method: string, path: string): Promise<BrowserAnswer> {
  const { hostname, port } = new URL(relay.server.url);
  const cookie = Array.from(ada.cookies, ([name, value]) => `${name}=${value}`).join('; ');
  const body = ['POST', 'PATCH'].includes(method) ? '{}' : undefined;
  const headers = {
    cookie,
    origin: ada.origin,
    ...(body !== undefined && { 'content-type': 'application/json', 'content-length': '2' }),
  };
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, path, method, headers, rejectUnauthorized: false, agent });
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      response.toArray().then((parts) => {
        const text = Buffer.concat(parts as Buffer[]).toString();
        const isJson = response.headers['content-type']?.startsWith('application/json') === true && text !== '';
        const { statusCode: status = 0, headers: got } = response;
        resolve({ status, headers: got, text, body: isJson ? JSON.parse(text) : undefined });
      }, reject);
    });
    outgoing.end(body);
  });
}
