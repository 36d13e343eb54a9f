import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { LIMITS } from '#protocol/limits.ts';
import { systemClock } from '../clock.ts';
import { oidcSettings } from '../control/access/oidc-settings.ts';
import { type LoopbackServer, startLoopbackServer } from '../loopback-server.fixture.ts';
import { LoopbackBrowser } from './loopback-browser.fixture.ts';

const CLIENT = { id: 'causeway', secret: 's3cret & more' };
const PASSWORD = 'violet kettle onward brick';

/** What the provider says of whoever signs in next; `broken` makes the token endpoint fail. */
interface NextAnswer {
  claims: Record<string, unknown>;
  nonce?: string;
  issuer?: string;
  audience?: string;
  broken?: boolean;
}

let next: NextAnswer;
let provider: Server;
let issuer: string;
let relay: LoopbackServer;
let ahead = 0;
/** What the token endpoint was sent. */
let asked: { code: string; verifier: string; authorization: string }[];
const nonces = new Map<string, { nonce: string; challenge: string }>();

/** OpenID Connect as far as the flow needs it. */
async function startProvider(): Promise<Server> {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(publicKey)), kid: '1', alg: 'RS256', use: 'sig' };
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<unknown> => {
    const answer = (body: unknown, status = 200) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (request.url === '/.well-known/openid-configuration') {
      return answer({
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/keys`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
        code_challenge_methods_supported: ['S256'],
      });
    }
    if (request.url === '/keys') return answer({ keys: [jwk] });
    if (request.url !== '/token') return answer({}, 404);
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const form = new URLSearchParams(Buffer.concat(parts).toString());
    const code = form.get('code') ?? '';
    asked.push({
      code,
      verifier: form.get('code_verifier') ?? '',
      authorization: request.headers.authorization ?? '',
    });
    if (next.broken === true) return answer({ error: 'server_error' }, 500);
    const token = new SignJWT({ ...next.claims, nonce: next.nonce ?? nonces.get(code)?.nonce })
      .setProtectedHeader({ alg: 'RS256', kid: '1' })
      .setIssuer(next.issuer ?? issuer)
      .setAudience(next.audience ?? CLIENT.id)
      .setIssuedAt()
      .setExpirationTime('5m');
    return answer({ access_token: 'a', token_type: 'Bearer', expires_in: 60, id_token: await token.sign(privateKey) });
  };
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return server;
}

const environment = (more: Record<string, string> = {}) => ({
  CAUSEWAY_OIDC_ISSUER: issuer,
  CAUSEWAY_OIDC_CLIENT_ID: CLIENT.id,
  CAUSEWAY_OIDC_CLIENT_SECRET: CLIENT.secret,
  CAUSEWAY_OIDC_LABEL: 'Contoso ID',
  ...more,
});

async function startRelay(more: Record<string, string> = {}): Promise<[LoopbackServer, LoopbackBrowser]> {
  const clock = { ...systemClock, now: () => Date.now() + ahead };
  const oidc = oidcSettings(environment(more));
  const server = await startLoopbackServer({ clock, claim: false, ...(oidc && { oidc }) });
  const owner = new LoopbackBrowser(server.server.url);
  const { firstSecret: secret } = server.server;
  const told = { secret, name: 'ada@example.com', displayName: 'Ada', password: PASSWORD };
  expect((await owner.ask('POST', '/welcome', told)).status).toBe(201);
  return [server, owner];
}

/** Where the provider sends the browser back to. */
async function begin(browser: LoopbackBrowser): Promise<URL> {
  ahead += 5_000;
  const answer = await browser.ask('GET', '/oidc/start');
  expect(answer.status).toBe(303);
  const sent = new URL(answer.headers.location ?? '').searchParams;
  const code = `code-${nonces.size}`;
  nonces.set(code, { nonce: sent.get('nonce') ?? '', challenge: sent.get('code_challenge') ?? '' });
  const back = new URL(sent.get('redirect_uri') ?? '');
  back.searchParams.set('code', code);
  back.searchParams.set('state', sent.get('state') ?? '');
  return back;
}
const finish = (browser: LoopbackBrowser, back: URL) =>
  browser.ask('GET', `.${back.pathname}${back.search}`, undefined, { 'sec-fetch-site': 'cross-site' });
const isSignedIn = async (browser: LoopbackBrowser) => (await browser.ask('GET', '/account')).status === 200;

let owner: LoopbackBrowser;
let browser: LoopbackBrowser;
beforeAll(async () => {
  provider = await startProvider();
  [relay, owner] = await startRelay();
});
afterAll(async () => {
  await relay[Symbol.asyncDispose]();
  provider.close();
});
beforeEach(() => {
  next = { claims: { sub: 'sub-ada', email: 'Ada@example.com', email_verified: true } };
  asked = [];
  browser = new LoopbackBrowser(relay.server.url);
});

async function refused(issue: RegExp, back: URL): Promise<void> {
  const answer = await finish(browser, back);
  expect(answer.text).toContain('content="0; url=/sign-in?problem=OIDC_FAILED"');
  expect(answer.text).toMatch(issue);
  expect(answer.text).not.toContain('<script');
  expect(await isSignedIn(browser)).toBe(false);
}

describe('signing in at the identity provider', () => {
  test('leads the person back with a session, by PKCE, state and nonce', async () => {
    expect((await browser.ask('GET', '/sign-in')).body.oidc).toEqual({ label: 'Contoso ID' });
    const start = await browser.ask('GET', '/oidc/start');
    const sent = Object.fromEntries(new URL(start.headers.location ?? '').searchParams);
    expect(sent).toMatchObject({
      response_type: 'code',
      client_id: CLIENT.id,
      code_challenge_method: 'S256',
      scope: 'openid email profile',
    });
    expect(start.headers['set-cookie']?.[0]).toMatch(
      /^__Host-causeway-oidc=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=600$/,
    );
    const answer = await finish(browser, await begin(browser));
    expect(answer.text).toContain('<meta http-equiv="refresh" content="0; url=/">');
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(Array.from(browser.cookies.keys())).toEqual(['__Host-causeway']);
    expect((await browser.ask('GET', '/account')).body.name).toBe('ada@example.com');
    const { verifier, authorization } = asked[0] ?? { verifier: '', authorization: '' };
    const hash = Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(verifier))).toString('base64url');
    expect(hash).toBe([...nonces.values()].at(-1)?.challenge);
    expect(authorization).toMatch(/^Basic /);
    const [entry] = (await owner.ask('GET', '/audit?action=session.begin')).body.items;
    expect(entry).toMatchObject({ by: { name: 'ada@example.com' }, after: { way: 'identity provider' } });
    for (const line of relay.log) expect(line).not.toMatch(new RegExp(`s3cret|${verifier}|${issuer}/token`));
  });

  test('refuses a wrong state, nonce, issuer, audience, and what was begun elsewhere or used', async () => {
    const wrongState = await begin(browser);
    wrongState.searchParams.set('state', 'another');
    await refused(/state/, wrongState);
    for (const [wrong, issue] of [
      [{ nonce: 'another' }, /nonce/],
      [{ issuer: 'https://evil.example' }, /iss/],
      [{ audience: 'another' }, /aud/],
      [{ broken: true }, /server_error|status code|response body/],
    ] as const) {
      next = { ...next, ...wrong };
      await refused(issue, await begin(browser));
      next = { claims: next.claims };
    }
    const elsewhere = await begin(new LoopbackBrowser(relay.server.url));
    await refused(/begun in another browser/, elsewhere);
    const denied = await begin(browser);
    denied.searchParams.delete('code');
    denied.searchParams.set('error', 'access_denied');
    await refused(/failed: ./, denied);
    const late = await begin(browser);
    ahead += LIMITS.OIDC_FLOW_LIFETIME_MS.value;
    await refused(/took too long/, late);
    const flow = await begin(browser);
    const cookie = browser.cookies.get('__Host-causeway-oidc') ?? '';
    await finish(browser, flow);
    expect(await isSignedIn(browser)).toBe(true);
    browser = new LoopbackBrowser(relay.server.url);
    browser.cookies.set('__Host-causeway-oidc', cookie);
    await refused(/begun in another browser/, flow);
  });

  test('takes only people whom an owner has created, by a verified address, and then by `sub`', async () => {
    next.claims = { sub: 'sub-x', email: 'stranger@example.com', email_verified: true };
    await refused(/nobody of this server/, await begin(browser));
    await owner.ask('POST', '/people', { name: 'bob@example.com', displayName: 'Bob', rights: 'viewer' });
    for (const claims of [{ email_verified: false }, {}, { email_verified: 'true' }]) {
      next.claims = { sub: 'sub-bob', email: 'bob@example.com', ...claims };
      await refused(/nobody of this server/, await begin(browser));
    }
    next.claims = { sub: 'sub-bob', email: 'bob@example.com', email_verified: true };
    await finish(browser, await begin(browser));
    expect(await isSignedIn(browser)).toBe(true);
    // Somebody else at the provider who has come by the same address.
    browser = new LoopbackBrowser(relay.server.url);
    next.claims = { sub: 'sub-eve', email: 'bob@example.com', email_verified: true };
    await refused(/another account of the provider/, await begin(browser));
    // Bob, whose address has changed.
    next.claims = { sub: 'sub-bob', email: 'robert@example.com', email_verified: true };
    await finish(browser, await begin(browser));
    expect((await browser.ask('GET', '/account')).body).toMatchObject({ name: 'bob@example.com', hasPassword: false });
    await owner.ask('PATCH', '/people/bob@example.com', { disabled: true });
    browser = new LoopbackBrowser(relay.server.url);
    await refused(/may not sign in/, await begin(browser));
  });

  test('may make viewers of strangers, if the operator wants it', async () => {
    const [other] = await startRelay({ CAUSEWAY_OIDC_PROVISION: 'viewer' });
    try {
      browser = new LoopbackBrowser(other.server.url);
      next.claims = { sub: 'sub-new', email: 'New@example.com', email_verified: true, name: 'New Person' };
      await finish(browser, await begin(browser));
      const { body } = await browser.ask('GET', '/account');
      expect(body).toMatchObject({ name: 'new@example.com', displayName: 'New Person', rights: 'viewer' });
    } finally {
      await other[Symbol.asyncDispose]();
    }
  });
});

test('a provider that does not answer is said in words, and asked again', async () => {
  const free = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => free.once('listening', resolve));
  const { port } = free.address() as AddressInfo;
  await new Promise((resolve) => free.close(resolve));
  const [other] = await startRelay({ CAUSEWAY_OIDC_ISSUER: `http://127.0.0.1:${port}` });
  try {
    const answer = await new LoopbackBrowser(other.server.url).ask('GET', '/oidc/start');
    expect(answer.text).toContain('/sign-in?problem=OIDC_FAILED');
  } finally {
    await other[Symbol.asyncDispose]();
  }
});

describe('the settings', () => {
  test('are none without an issuer, and are checked', () => {
    expect(oidcSettings({})).toBeUndefined();
    expect(oidcSettings(environment({ CAUSEWAY_OIDC_LABEL: ' ' }))).toMatchObject({
      label: '127.0.0.1',
      provision: 'none',
    });
    for (const wrong of [
      { CAUSEWAY_OIDC_ISSUER: 'http://id.example.com' },
      { CAUSEWAY_OIDC_ISSUER: 'id.example.com' },
      { CAUSEWAY_OIDC_CLIENT_ID: '' },
      { CAUSEWAY_OIDC_CLIENT_SECRET: '' },
      { CAUSEWAY_OIDC_PROVISION: 'owner' },
      { CAUSEWAY_OIDC_SCOPES: 'email' },
    ]) {
      expect(() => oidcSettings(environment(wrong))).toThrowError(expect.objectContaining({ code: 'USAGE' }));
    }
  });
});
