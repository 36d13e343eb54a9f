import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import { connectLocal } from './client.ts';
import type { LocalHandlers } from './conversation.ts';
import type { LocalServer } from './listen.ts';
import { serveLocalApi } from './server.ts';
import { socketIn } from './socket-in.fixture.ts';

const CALLS = LIMITS.LOCAL_CALLS_MAX.value;

let directory: string;
let server: LocalServer;
let handled: number;
let finish: PromiseWithResolvers<void>;
let rude: Socket[];

const unused = () => Promise.reject(new CausewayError('NOT_ACTIVATED'));
const HANDLERS: LocalHandlers = {
  status: unused,
  watch: async (_, { progress, taken, signal }) => {
    while (!signal.aborted) {
      progress('x'.repeat(100_000) as never);
      handled += 1;
      await taken();
    }
    return {};
  },
  up: unused,
  down: unused,
  refresh: unused,
  peers: async () => {
    handled += 1;
    return { peers: [], padding: 'x'.repeat(1_000_000) };
  },
  ping: async ({ target }) => {
    handled += 1;
    await finish.promise;
    return { name: target, address: 'fd00::1', roundTripMs: 1 };
  },
  resolve: ({ target }) =>
    Promise.resolve({ name: target, fullName: target, ipv4: '100.64.0.1', ipv6: 'fd00::1', grantExpiresAt: 1 }),
  diagnose: unused,
  bundle: unused,
};

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'causeway-hostile-'));
  [handled, rude] = [0, []];
  finish = Promise.withResolvers();
  server = await serveLocalApi(socketIn(directory), HANDLERS);
});
afterEach(async () => {
  vi.useRealTimers();
  for (const socket of rude) socket.destroy();
  await server[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

/** A caller that reads only when it is told to. */
function caller(): Socket {
  const socket = connect(server.path);
  socket.pause();
  socket.on('error', () => undefined);
  rude.push(socket);
  return socket;
}

const request = (id: number, method: string, params: unknown = {}) => `${JSON.stringify({ id, method, params })}\n`;
const requests = (count: number, method: string, params?: unknown) =>
  Array.from({ length: count }, (_, i) => request(i + 1, method, params)).join('');

async function othersAreServed(): Promise<void> {
  using client = await connectLocal(server.path);
  expect(await client.call('resolve', { target: 'x' })).toMatchObject({ name: 'x' });
}

async function settled(value: () => number): Promise<number> {
  for (let before = -1; ; ) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    if (before === value()) return before;
    before = value();
  }
}

test('a caller that never reads has no more answers made than it may wait for, and is cut off', async () => {
  vi.useFakeTimers({ toFake: [] });
  const socket = caller();
  const closed = new Promise((resolve) => socket.once('close', resolve));
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  socket.write(requests(90, 'peers'));
  await vi.waitUntil(() => handled > 0);
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
  expect(handled).toBeLessThanOrEqual(CALLS + 1);
  vi.advanceTimersByTime(LIMITS.LOCAL_READ_PATIENCE_MS.value);
  vi.useRealTimers();
  socket.resume();
  await closed;
  await othersAreServed();
});

test('a watch sends nothing more to a caller that does not read', async () => {
  caller().write(requests(1, 'watch'));
  const sent = await settled(() => handled);
  expect(sent).toBeLessThan(20);
  await othersAreServed();
  expect(handled).toBe(sent);
});

test('more calls at once than a connection may have are refused, and the others go on', async () => {
  using client = await connectLocal(server.path);
  const calls = Array.from({ length: CALLS + 2 }, (_, i) => client.call('ping', { target: `${i}` }));
  const outcomes = Promise.allSettled(calls);
  await expect(calls[CALLS]).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  finish.resolve();
  expect((await outcomes).filter(({ status }) => status === 'fulfilled')).toHaveLength(CALLS);
  expect(await client.call('ping', { target: 'x' })).toMatchObject({ name: 'x' });
});

test('a flood is read at a pace', async () => {
  const socket = caller().resume();
  const started = performance.now();
  let answers = 0;
  const all = new Promise<void>((resolve) =>
    socket.on('data', (chunk: Buffer) => {
      answers += chunk.toString().split('\n').length - 1;
      if (answers === 150) resolve();
    }),
  );
  socket.write(requests(150, 'resolve', { target: 'x' }));
  await othersAreServed();
  await all;
  expect(performance.now() - started).toBeGreaterThan(400);
});

test('callers over the number that there may be are told so', async () => {
  const most = LIMITS.LOCAL_CONNECTIONS_MAX.value;
  const clients = [];
  for (let i = 0; i < most; i++) clients.push(await connectLocal(server.path));
  await clients.at(-1)?.call('resolve', { target: 'x' });
  const late = await connectLocal(server.path);
  await late.closed;
  await expect(late.call('resolve', { target: 'x' })).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  clients[0]?.[Symbol.dispose]();
  await vi.waitFor(othersAreServed);
  for (const client of clients) client[Symbol.dispose]();
});

test.each([
  ['an id twice at once', `${request(7, 'ping', { target: 'x' })}${request(7, 'resolve', { target: 'x' })}`, 7],
  ['no method', '{"id":1}\n', 0],
  ['a method of objects', request(1, 'constructor'), 0],
  ['a prototype', '{"id":1,"method":"__proto__","params":{"__proto__":{"target":"x"}}}\n', 0],
  ['params of a prototype', '{"id":1,"method":"ping","params":{"__proto__":{"target":"x"}}}\n', 1],
  ['an array', '[1,2]\n', 0],
  ['null', 'null\n', 0],
  ['a negative id', '{"id":-1,"method":"peers"}\n', 0],
  ['a long target', request(1, 'ping', { target: 'x'.repeat(300) }), 1],
  ['deep nesting', `{"id":1,"method":"ping","params":${'['.repeat(3_000)}${']'.repeat(3_000)}}\n`, 1],
  ['a long line', `${' '.repeat(LIMITS.LOCAL_REQUEST_MAX_BYTES.value)}${request(1, 'peers')}`, 0],
  ['no JSON', 'GET / HTTP/1.1\n', 0],
])('%s is refused', async (_, bytes, id) => {
  const socket = caller().resume();
  const answer = new Promise<string>((resolve) => socket.once('data', (chunk: Buffer) => resolve(chunk.toString())));
  socket.write(bytes);
  expect(JSON.parse(await answer)).toMatchObject({ id, ok: false, error: { code: 'MESSAGE_MALFORMED' } });
  await othersAreServed();
});
