import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LoopbackServer, startLoopbackServer } from '../loopback-server.fixture.ts';

/** What needs neither key nor session. */
const OPEN = [
  '/healthz',
  '/api/v1/claim',
  '/api/v1/openapi.json',
  '/api/v1/install/{link}',
  '/install/{link}/linux.sh',
  '/downloads/{file}',
  '/downloads/release',
  '/install/{link}/download/{file}',
];

let relay: LoopbackServer;

beforeAll(async () => {
  relay = await startLoopbackServer();
});
afterAll(() => relay[Symbol.asyncDispose]());

test('the description lists every route with its refusals, and marks what needs no key', async () => {
  const { paths } = (await relay.api('GET', '/openapi.json')).body;
  const described = Object.entries(paths as Record<string, object>)
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`))
    .sort();
  const one = (name: string, id: string, patch = true) => [
    `DELETE /api/v1/subscriptions/{subscription}/${name}/{${id}}`,
    ...(patch ? [`PATCH /api/v1/subscriptions/{subscription}/${name}/{${id}}`] : []),
    ...(patch ? [`GET /api/v1/subscriptions/{subscription}/${name}/{${id}}`] : []),
    `GET /api/v1/subscriptions/{subscription}/${name}`,
    ...(name === 'machines' ? [] : [`POST /api/v1/subscriptions/{subscription}/${name}`]),
  ];
  const expected = [
    'GET /healthz',
    'GET /metrics',
    'POST /api/v1/claim',
    'POST /api/v1/welcome',
    'GET /api/v1/sign-in',
    'POST /api/v1/session',
    'DELETE /api/v1/session',
    'GET /api/v1/oidc/start',
    'GET /api/v1/oidc/callback',
    'GET /api/v1/openapi.json',
    'GET /api/v1/account',
    'PATCH /api/v1/account',
    'POST /api/v1/account/totp',
    'DELETE /api/v1/account/totp',
    'GET /api/v1/account/sessions',
    'DELETE /api/v1/account/sessions/{session}',
    'GET /api/v1/people',
    'POST /api/v1/people',
    'GET /api/v1/people/{person}',
    'PATCH /api/v1/people/{person}',
    'DELETE /api/v1/people/{person}',
    'GET /api/v1/audit',
    'GET /api/v1/api-keys',
    'POST /api/v1/api-keys',
    'DELETE /api/v1/api-keys/{key}',
    'GET /api/v1/subscriptions',
    'POST /api/v1/subscriptions',
    'GET /api/v1/subscriptions/{subscription}',
    'PATCH /api/v1/subscriptions/{subscription}',
    'DELETE /api/v1/subscriptions/{subscription}',
    'GET /api/v1/subscriptions/{subscription}/reachability',
    'POST /api/v1/subscriptions/{subscription}/changes',
    'POST /api/v1/subscriptions/{subscription}/changes/preview',
    'GET /api/v1/subscriptions/{subscription}/policy',
    'GET /api/v1/subscriptions/{subscription}/policy.yaml',
    'POST /api/v1/subscriptions/{subscription}/policy/diff',
    'GET /api/v1/subscriptions/{subscription}/roles/{role}/instance-counts',
    ...one('tokens', 'token', false),
    ...one('connections', 'connection', false),
    ...one('machines', 'machine'),
    ...one('groups', 'group'),
    ...one('roles', 'role'),
    ...one('install-links', 'link', false),
    'PATCH /api/v1/subscriptions/{subscription}/install-links/{link}',
    'GET /api/v1/subscriptions/{subscription}/tokens/{token}/uses',
    'GET /api/v1/install/{link}',
    'GET /install/{link}/linux.sh',
    'GET /downloads/{file}',
    'GET /downloads/release',
    'POST /install/{link}/download/{file}',
    ...['peers', 'status', 'history', 'diagnostics'].map(
      (part) => `GET /api/v1/subscriptions/{subscription}/machines/{machine}/${part}`,
    ),
    'POST /api/v1/subscriptions/{subscription}/machines/{machine}/diagnostics',
    'GET /api/v1/subscriptions/{subscription}/activity',
    'GET /api/v1/events',
    'GET /api/v1/relay',
    'GET /api/v1/subscriptions/{subscription}/lock',
    'PUT /api/v1/subscriptions/{subscription}/lock',
    'POST /api/v1/subscriptions/{subscription}/lock/release',
  ];
  expect(described).toEqual(expected.sort());
  for (const [path, methods] of Object.entries(
    paths as Record<string, Record<string, { security?: unknown[]; summary?: string; 'x-rights'?: string }>>,
  )) {
    for (const operation of Object.values(methods)) {
      expect(operation.summary).toEqual(expect.any(String));
      const open = OPEN.includes(path) || /^\/api\/v1\/(claim|welcome|sign-in|session|oidc\/.*)$/.test(path);
      if (path === '/metrics') continue;
      expect(operation['x-rights']).toEqual(open ? 'nobody' : expect.stringMatching(/^(viewer|administrator|owner)$/));
      expect(operation.security).toEqual(open ? [] : undefined);
    }
  }
});
