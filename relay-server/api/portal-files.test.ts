import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fastify } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answerErrors } from './errors.ts';
import { portalFiles } from './portal-files.ts';
import { securityHeaders } from './security-headers.ts';

let directory: string;
let log: string[];
const page = '<html><meta property="csp-nonce" nonce="{{nonce}}"><link nonce="{{nonce}}"></html>';
const html = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'causeway-portal-'));
  const assets = join(directory, 'built/assets');
  await mkdir(assets, { recursive: true });
  await writeFile(join(directory, 'secret.txt'), 'SECRET');
  await writeFile(join(directory, 'built/index.html'), page);
  await writeFile(join(assets, 'main-abc.js'), 'plain()');
  await writeFile(join(assets, 'main-abc.js.br'), 'brotli');
  await writeFile(join(assets, 'main-abc.js.gz'), 'gzip');
  await writeFile(join(assets, '.hidden'), 'SECRET');
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function app(options: { folder?: string; strictTransport?: boolean } = {}) {
  log = [];
  const made = fastify({
    logger: { level: 'warn', stream: { write: (line: string) => void log.push(line) } },
  });
  answerErrors(made);
  securityHeaders(made, { strictTransport: options.strictTransport ?? false });
  made.get('/api/v1/thing', async () => ({ thing: 1 }));
  await portalFiles(made, join(directory, options.folder ?? 'built'));
  return made;
}

describe('the page', () => {
  test('answers every address of the portal, never cached, with a nonce of its own each time', async () => {
    const server = await app();
    const nonces = new Set<string>();
    for (const url of [
      '/',
      '/s/contoso/computers',
      '/s/contoso/groups/B%C3%BCro%20%2F%201',
      '/sign-in?to=/',
      '/people',
    ]) {
      const answer = await server.inject({ url, headers: html });
      expect(answer.statusCode, url).toBe(200);
      expect(answer.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' });
      const nonce = /'nonce-([^']+)'/.exec(String(answer.headers['content-security-policy']))?.[1] ?? '';
      expect(answer.body).toBe(page.replaceAll('{{nonce}}', nonce));
      nonces.add(nonce);
    }
    expect(nonces.size).toBe(5);
  });

  test('allows no inline script, no foreign origin and no frame', async () => {
    const { headers } = await (await app()).inject({ url: '/' });
    const policy = String(headers['content-security-policy']).replace(/nonce-[^']+/, 'nonce-x');
    expect(policy).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-x'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; report-uri /api/csp-report",
    );
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': expect.stringContaining('camera=()'),
    });
  });

  test('insists on HTTPS only where the certificate is the operator’s', async () => {
    for (const strictTransport of [true, false]) {
      const { headers } = await (await app({ strictTransport })).inject({ url: '/' });
      expect('strict-transport-security' in headers).toBe(strictTransport);
    }
  });

  test('says what to run where the portal is not built', async () => {
    const answer = await (await app({ folder: 'nothing' })).inject({ url: '/', headers: html });
    expect(answer.statusCode).toBe(503);
    expect(answer.body).toContain('npm run build');
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
  });

  test('is for people: programs and the API get refusals as JSON', async () => {
    const server = await app();
    for (const [url, headers] of [
      ['/api/v1/nothing', html],
      ['/api', html],
      ['/API/v1/nothing', html],
      ['/assets', html],
      ['/assets/gone.js', html],
      ['/s/contoso', {}],
    ] as const) {
      const answer = await server.inject({ url, headers });
      expect(answer.statusCode, url).toBe(404);
      expect(answer.json().error.code).toBe('NOT_FOUND');
    }
    expect((await server.inject({ method: 'POST', url: '/s/contoso', headers: html })).statusCode).toBe(404);
    expect((await server.inject({ url: '/api/v1/thing', headers: html })).json()).toEqual({ thing: 1 });
  });
});

describe('files', () => {
  test('stay in the cache for good, and come compressed as the browser likes', async () => {
    const server = await app();
    for (const [encoding, body] of [
      ['br, gzip', 'brotli'],
      ['gzip', 'gzip'],
      ['', 'plain()'],
    ] as const) {
      const answer = await server.inject({ url: '/assets/main-abc.js', headers: { 'accept-encoding': encoding } });
      expect(answer.body).toBe(body);
      expect(answer.headers['cache-control']).toBe('public, max-age=31536000, immutable');
      expect(answer.headers['content-type']).toContain('javascript');
      expect(answer.headers.vary).toBe('accept-encoding');
    }
  });

  test('outside the folder are out of reach, however the way is written', async () => {
    const server = await app();
    await server.listen({ host: '127.0.0.1', port: 0 });
    const { port } = server.server.address() as AddressInfo;
    const climbs = [
      '../',
      '..%2f',
      '%2e%2e/',
      '%2e%2e%2f',
      '%252e%252e%252f',
      '..\\',
      '..%5c',
      '.%2e/',
      '%c0%ae%c0%ae/',
    ];
    const targets = ['secret.txt', 'built/index.html', '../../etc/passwd'];
    const paths = climbs.flatMap((climb) =>
      ['/assets/', '/', '/s/'].flatMap((base) =>
        targets.flatMap((target) => [1, 2, 6].map((times) => `${base}${climb.repeat(times)}${target}`)),
      ),
    );
    for (const path of [
      ...paths,
      '/assets//etc/passwd',
      '/assets/.hidden',
      '/assets/%00',
      '/assets/main-abc.js%00.js',
    ]) {
      expect((await rawGet(port, path, 'text/html')).body, path).not.toMatch(/SECRET|root:/);
      const { status, body } = await rawGet(port, path, '*/*');
      expect(body, path).not.toMatch(/SECRET|root:/);
      expect([400, 403, 404], `${path} ${status}`).toContain(status);
    }
    await server.close();
  });
});

describe('reports of breaches', () => {
  const post = (server: Awaited<ReturnType<typeof app>>, payload: string, type = 'application/csp-report') =>
    server.inject({ method: 'POST', url: '/api/csp-report', payload, headers: { 'content-type': type } });

  test('are counted, logged a few a minute, and capped', async () => {
    const server = await app();
    const report = JSON.stringify({ 'csp-report': { 'violated-directive': 'script-src', padding: 'x'.repeat(2_000) } });
    for (let i = 0; i < 15; i++) expect((await post(server, report)).statusCode).toBe(204);
    expect(log).toHaveLength(10);
    expect(JSON.parse(log[9] ?? '')).toMatchObject({ total: 10, report: report.slice(0, 1_000) });
    expect((await post(server, 'x'.repeat(20_000))).statusCode).toBe(413);
    expect((await post(server, '[]', 'application/reports+json')).statusCode).toBe(204);
    expect((await post(server, 'x', 'text/html')).statusCode).toBeGreaterThanOrEqual(400);
  });
});

/** As inject, but the path goes over the wire as it is written. */
function rawGet(port: number, path: string, accept: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ port, host: '127.0.0.1', path, headers: { accept } }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        body += part;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}
