import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CausewayError } from '#protocol/errors.ts';
import { connectLocal } from './client.ts';
import type { LocalCall, LocalHandlers } from './conversation.ts';
import type { LocalServer } from './listen.ts';
import { serveLocalApi } from './server.ts';
import { socketIn } from './socket-in.fixture.ts';

let directory: string;
let path: string;
let server: LocalServer | undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'causeway-api-'));
  path = socketIn(directory);
});
afterEach(async () => {
  await server?.[Symbol.asyncDispose]();
  server = undefined;
  await rm(directory, { recursive: true, force: true });
});

const refuse = () => Promise.reject(new CausewayError('NOT_ACTIVATED'));
const HANDLERS: LocalHandlers = {
  status: refuse,
  watch: () => Promise.resolve({}),
  up: refuse,
  down: refuse,
  refresh: refuse,
  peers: () => Promise.resolve({ peers: [] }),
  ping: ({ target, timeoutMs }) => Promise.resolve({ name: target, address: 'fd00::1', roundTripMs: timeoutMs }),
  resolve: () => Promise.reject(new Error('a bug')),
  diagnose: (_, { progress }) => {
    const check = { name: 'clock', ok: true, detail: 'fine', remedy: null };
    progress(check);
    return Promise.resolve({ checks: [check] });
  },
  bundle: refuse,
};

test('answers, fills defaults in, and refuses in the catalogue’s words', async () => {
  server = await serveLocalApi(path, HANDLERS);
  const client = await connectLocal(path);
  expect(await client.call('ping', { target: 'sql01' })).toEqual({
    name: 'sql01',
    address: 'fd00::1',
    roundTripMs: 5_000,
  });
  await expect(client.call('status', {})).rejects.toMatchObject({ code: 'NOT_ACTIVATED' });
  await expect(client.call('resolve', { target: 'x' })).rejects.toMatchObject({ code: 'INTERNAL' });
  await expect(client.call('ping', { target: '' })).rejects.toMatchObject({ code: 'MESSAGE_MALFORMED' });
  client[Symbol.dispose]();
});

test('sends progress before the result', async () => {
  server = await serveLocalApi(path, HANDLERS);
  const client = await connectLocal(path);
  const seen: unknown[] = [];
  const { checks } = await client.call('diagnose', {}, (progress) => seen.push(progress));
  expect(seen).toEqual(checks);
  client[Symbol.dispose]();
});

describe('a call that goes on', () => {
  let calls: LocalCall<unknown>[];
  const aborted = async (call: LocalCall<unknown> | undefined) => {
    if (!call?.signal.aborted) await new Promise((resolve) => call?.signal.addEventListener('abort', resolve));
  };

  beforeEach(async () => {
    calls = [];
    server = await serveLocalApi(path, {
      ...HANDLERS,
      watch: async (_, call) => {
        calls.push(call);
        await aborted(call);
        return {};
      },
    });
  });

  test('is ended by the caller’s signal, and the connection goes on', async () => {
    const client = await connectLocal(path);
    const enough = new AbortController();
    const call = client.call('watch', {}, undefined, enough.signal);
    await client.call('peers', {});
    expect(calls).toMatchObject([{ caller: 'owner', signal: { aborted: false } }]);
    enough.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
    await aborted(calls[0]);
    await expect(client.call('watch', {}, undefined, enough.signal)).rejects.toThrow('enough');
    expect(await client.call('peers', {})).toEqual({ peers: [] });
    expect(calls).toHaveLength(1);
    client[Symbol.dispose]();
    await client.closed;
  });

  test('is ended when the caller goes away', async () => {
    const client = await connectLocal(path);
    const call = client.call('watch', {});
    await client.call('peers', {});
    client[Symbol.dispose]();
    await expect(call).rejects.toMatchObject({ code: 'AGENT_NOT_RUNNING' });
    await aborted(calls[0]);
    await expect(client.call('peers', {})).rejects.toMatchObject({ code: 'AGENT_NOT_RUNNING' });
  });
});

test('progress of another shape than the method’s is left out', async () => {
  server = await serveLocalApi(path, {
    ...HANDLERS,
    diagnose: async (_, { progress }) => {
      progress({ name: 'clock' } as never);
      return { checks: [] };
    },
  });
  const client = await connectLocal(path);
  const seen: unknown[] = [];
  await client.call('diagnose', {}, (check) => seen.push(check));
  expect(seen).toEqual([]);
  client[Symbol.dispose]();
});

test('only the owner may open the socket', async () => {
  server = await serveLocalApi(path, HANDLERS);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('a second agent is refused, the socket of a killed one is replaced', async () => {
  server = await serveLocalApi(path, HANDLERS);
  await expect(serveLocalApi(path, HANDLERS)).rejects.toMatchObject({ code: 'AGENT_ALREADY_RUNNING' });
  await server[Symbol.asyncDispose]();
  await writeFile(path, '');
  server = await serveLocalApi(path, HANDLERS);
  const client = await connectLocal(path);
  expect(await client.call('peers', {})).toEqual({ peers: [] });
  client[Symbol.dispose]();
});

test('no agent → AGENT_NOT_RUNNING with what to do', async () => {
  await expect(connectLocal(path)).rejects.toMatchObject({
    code: 'AGENT_NOT_RUNNING',
    remedy: expect.stringContaining('causeway agent'),
  });
});

test('an agent that goes away fails the waiting calls', async () => {
  server = await serveLocalApi(path, { ...HANDLERS, peers: () => new Promise(() => undefined) });
  const client = await connectLocal(path);
  const waiting = client.call('peers', {});
  await Promise.all([
    expect(waiting).rejects.toMatchObject({ code: 'AGENT_NOT_RUNNING' }),
    client.call('ping', { target: 'x' }).then(() => server?.[Symbol.asyncDispose]()),
  ]);
  server = undefined;
});

test.each([
  ['garbage', 'not json\n'],
  ['an endless line', 'x'.repeat(1_200_000)],
])('%s ends the connection and harms nobody else', async (_, bytes) => {
  server = await serveLocalApi(path, HANDLERS);
  const rude = connect(path);
  rude.on('error', () => undefined).resume();
  const closed = new Promise((resolve) => rude.once('close', resolve));
  rude.write(bytes);
  await closed;
  const client = await connectLocal(path);
  expect(await client.call('peers', {})).toEqual({ peers: [] });
  client[Symbol.dispose]();
});
