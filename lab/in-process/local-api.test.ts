import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { handlersOf } from '#agent/engine/local-handlers.ts';
import { connectLocal } from '#agent/local-api/client.ts';
import type { LocalServer } from '#agent/local-api/listen.ts';
import { serveLocalApi } from '#agent/local-api/server.ts';
import { LOCAL_METHODS, supportBundle } from '#protocol/local-api.ts';
import { type InProcessAgent, InProcessNetwork } from './network.ts';

let network: InProcessNetwork;
let agent: InProcessAgent;
let server: LocalServer;
let token: string;

beforeEach(async () => {
  network = await InProcessNetwork.start();
  const staff = await network.administrator.group('staff', { interconnected: true });
  token = await network.administrator.token(staff);
  agent = await network.member('a', token);
  await network.member('b', token);
  await agent.engine.ping('b', 5_000);
  server = await serveLocalApi(join(network.directory, 'run', 'agent.sock'), handlersOf(Promise.resolve(agent.engine)));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server[Symbol.asyncDispose]();
  await network[Symbol.asyncDispose]();
});

/** Every text that must never leave the agent by the local API or its log. */
async function secrets(): Promise<string[]> {
  const identity = JSON.parse(await readFile(join(network.directory, 'a', 'identity.json'), 'utf8'));
  return [identity.signing.d, identity.tunnel.d, token, token.slice('cwt1_'.length, 40)];
}

function expectNoSecretIn(text: string, known: readonly string[]): void {
  for (const secret of known) expect(text).not.toContain(secret);
  // Grants and tickets are signed statements, which all begin alike.
  expect(text).not.toMatch(/eyJ[\w-]+\.[\w-]+/);
}

test('a bundle has all that helps, and no secret', async () => {
  vi.stubEnv('HTTPS_PROXY', 'http://anna:hunter2@proxy.example:3128');
  using client = await connectLocal(server.path);
  const seen: string[] = [];
  const bundle = await client.call('bundle', {}, ({ name }) => seen.push(name));
  expect(supportBundle.parse(bundle)).toEqual(bundle);
  expect(bundle.checks.filter(({ ok }) => !ok)).toEqual([]);
  expect(bundle.checks.map(({ name }) => name)).toEqual(seen);
  expect(seen).toContain('peer b');
  expect(bundle.status).toMatchObject({ summary: 'connected', machine: { name: 'a' }, peers: [{ name: 'b' }] });
  expect(bundle.computer.addresses).toEqual(['in memory']);
  expect(bundle.log.join('\n')).toMatch(/control online[\s\S]*relay online/);
  const text = JSON.stringify(bundle);
  expectNoSecretIn(text, [...(await secrets()), 'hunter2']);
});

test('a bundle of a computer that is not activated, and of one that is switched off', async () => {
  using client = await connectLocal(server.path);
  await client.call('down', {});
  expect((await client.call('bundle', {})).checks.at(-1)).toMatchObject({ name: 'wanted', ok: false });
  await client.call('down', { forget: true });
  const bundle = await client.call('bundle', {});
  expect(bundle.checks).toEqual([
    { name: 'activation', ok: false, detail: expect.stringContaining('[NOT_ACTIVATED]'), remedy: expect.any(String) },
    { name: 'state', ok: true, detail: expect.stringContaining('can be written to'), remedy: null },
  ]);
});

test('whatever is sent, every answer has the shape it should, no secret is in it, and the agent goes on', async () => {
  const known = await secrets();
  // What would end the membership for good is left out; the token is there, and refused for what is around it.
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 4 }),
    fc.constantFrom<unknown>('b', token, '__proto__', '100.64.0.1', 'fd00::1%lo', -1, 1e308, 5_000, true),
  );
  const params = fc.dictionary(
    fc.constantFrom('target', 'timeoutMs', 'token', 'name', 'offline', '__proto__', 'constructor', 'toString', 'x'),
    value,
    { maxKeys: 4 },
  );
  const method = fc.constantFrom('ping', 'resolve', 'peers', 'status', 'refresh', 'diagnose', 'toString', '__proto__');
  const message = fc.oneof(
    { weight: 4, arbitrary: fc.record({ id: fc.nat(), method, params: fc.oneof(params, value) }) },
    { weight: 1, arbitrary: fc.record({ cancel: value }) },
    { weight: 1, arbitrary: value },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 20 }), async (messages) => {
      const text = await exchange(messages.map((one) => `${JSON.stringify(one)}\n`).join(''));
      for (const line of text.split('\n').filter((one) => one !== '')) {
        const answer = JSON.parse(line);
        expect(answer).toHaveProperty('id');
        if (answer.ok === false) expect(answer.error.code).not.toBe('INTERNAL');
      }
      expectNoSecretIn(text, known);
    }),
    { numRuns: 25 },
  );
  using client = await connectLocal(server.path);
  expect(await client.call('ping', { target: 'b' })).toMatchObject({ name: 'b' });
  expectNoSecretIn(JSON.stringify(agent.logged), known);
  expect(Object.keys(LOCAL_METHODS)).toContain('bundle');
}, 120_000);

/** Sends bytes and reads for a moment. */
function exchange(bytes: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect(server.path);
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  socket.on('error', () => undefined);
  socket.write(bytes);
  setTimeout(() => socket.destroy(), 150);
  socket.once('close', () => resolve(text));
  return promise;
}
