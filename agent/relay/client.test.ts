import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { CausewayError } from '#protocol/errors.ts';
import { decodeFrame, encodeFrame } from '#protocol/frames.ts';
import { machineId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import { FrameMemory } from '#runtime/frame-memory.ts';
import { RudeServer } from '../connection/rude-server.fixture.ts';
import { type OpenRelayWire, RelayClient, type RelayWire } from './client.ts';
import { openRelaySocket } from './relay-socket.ts';

const PEER = machineId.parse('3'.repeat(32));
const DATA = encodeFrame({ type: 'data', peer: PEER, payload: Uint8Array.of(1, 2, 3) });

let server: RudeServer | undefined;
let client: RelayClient | undefined;
let events: string[];
let ticket: () => Promise<{ ticket: string; expiresAt: number }>;

beforeEach(() => {
  events = [];
  ticket = () => Promise.resolve({ ticket: 'T', expiresAt: 0 });
});
afterEach(async () => {
  client?.[Symbol.dispose]();
  await server?.[Symbol.asyncDispose]();
  vi.useRealTimers();
});

function start(target: RudeServer['target'], openWire?: OpenRelayWire): void {
  client = new RelayClient({
    target,
    openWire,
    memory: new FrameMemory(),
    handlers: {
      ticket: () => ticket(),
      ticketDueMs: () => 200_000,
      onConnected: () => void events.push('connected'),
      onProven: (roundTripMs) => void events.push(roundTripMs === undefined ? 'proven' : 'round trip'),
      onDoubtful: () => void events.push('doubtful'),
      onDisconnected: ({ code, message }) => void events.push(`disconnected ${code} ${message}`),
      onData: (_, payload) => void events.push(`data ${payload.length}`),
      onPeerGone: (_, reason) => void events.push(`gone ${reason}`),
      onDrained: () => undefined,
    },
  });
  client.connectNow();
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

/** Answers pings. */
function honest(webSocket: WebSocket): void {
  webSocket.on('message', (data) => {
    const frame = decodeFrame(data as Buffer);
    if (frame.type === 'ping') webSocket.send(encodeFrame({ type: 'pong', payload: frame.payload }));
  });
}

test('measures the round trip at once, and hands over what comes', async () => {
  server = await RudeServer.webSocket((webSocket) => {
    honest(webSocket);
    webSocket.send(DATA);
  });
  start(server.target);
  await until(() => events.includes('round trip') && events.includes('data 3'));
  expect(events[0]).toBe('connected');
});

test('a socket that holds all it may takes nothing more', async () => {
  server = await RudeServer.webSocket(honest);
  const sent: number[] = [];
  const memory = new FrameMemory();
  let holds = 0;
  const openWire: OpenRelayWire = async () => ({
    send: (frame) => void sent.push(frame.length),
    start: () => undefined,
    terminate: () => undefined,
    localAddress: '192.0.2.1',
    id: 'stuck',
    get bufferedBytes() {
      return holds;
    },
  });
  start(server.target, openWire);
  await until(() => events.includes('connected'));
  sent.length = 0;
  const took = [0, LIMITS.AGENT_SOCKET_HIGH_WATER_BYTES.value + 1, LIMITS.AGENT_SOCKET_MAX_BYTES.value].map((held) => {
    holds = held;
    return client?.send(memory.take(10 + sent.length));
  });
  expect({ took, sent }).toEqual({ took: [true, false, false], sent: [10, 11] });
});

test('without a ticket there is no connection, and the reason is told', async () => {
  server = await RudeServer.webSocket(honest);
  ticket = () => Promise.reject(new CausewayError('MACHINE_DISABLED'));
  start(server.target);
  await until(() => events.length > 0);
  expect(events[0]).toContain('disconnected MACHINE_DISABLED');
  expect(server.connections).toBe(0);
});

test.each([
  ['a frame that is too short', Buffer.of(1, 2), 'disconnected FRAME_MALFORMED'],
  ['a frame over the cap', Buffer.alloc(LIMITS.RELAY_FRAME_MAX_BYTES.value + 1), 'sent something unreadable'],
])('ends a connection that brings %s, once, and takes nothing more from it', async (_, bytes, told) => {
  server = await RudeServer.webSocket((webSocket, number) => {
    if (number > 1) return;
    webSocket.send(bytes);
    webSocket.send(DATA);
  });
  start(server.target);
  await until(() => events.length > 1);
  expect(events[0]).toBe('connected');
  expect(events[1]).toContain(told);
  await until(() => server?.connections === 2);
  expect(events.filter((event) => event.startsWith('data'))).toEqual([]);
  expect(events.filter((event) => event.startsWith('disconnected'))).toHaveLength(1);
});

test('a connection that is torn is one disconnection, and a new one is made', async () => {
  server = await RudeServer.webSocket((webSocket, number) => {
    honest(webSocket);
    const { _socket: socket } = webSocket as unknown as { _socket: TLSSocket };
    // What a kill -9 of the relay with unread bytes looks like: a reset, not an end.
    if (number === 1) webSocket.once('message', () => resetUnder(socket));
  });
  start(server.target);
  await until(() => events.filter((event) => event === 'connected').length === 2);
  expect(events.filter((event) => event.startsWith('disconnected'))).toHaveLength(1);
});

/** A TLS socket's own `resetAndDestroy` is refused; the one below it sends the RST. */
function resetUnder(socket: TLSSocket): void {
  const { _parent: tcp } = socket as unknown as { _parent: Socket };
  tcp.resetAndDestroy();
}

test('a relay that falls silent is found out, and left', async () => {
  server = await RudeServer.webSocket((webSocket, number) => {
    if (number === 1) webSocket.pause();
    else honest(webSocket);
  });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  start(server.target);
  await until(() => events.includes('connected'));
  await vi.advanceTimersByTimeAsync(LIMITS.PING_DOUBT_MS.value + 100);
  await until(() => events.at(-1) === 'doubtful');
  await vi.advanceTimersByTimeAsync(LIMITS.PING_TIMEOUT_MS.value - LIMITS.PING_DOUBT_MS.value);
  await until(() => events.some((event) => event.includes('the relay stopped answering')));
  vi.useRealTimers();
});

test('by another way out a connection has to prove itself soon, or a new one is made', async () => {
  server = await RudeServer.webSocket((webSocket, number) => {
    if (number > 1) honest(webSocket);
  });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  start(server.target);
  await until(() => events.includes('connected'));
  client?.connectAfresh(() => true);
  await vi.advanceTimersByTimeAsync(LIMITS.NETWORK_CHANGE_PATIENCE_MS.value + 100);
  await until(() => events.some((event) => event.includes('the relay stopped answering')));
  await vi.advanceTimersByTimeAsync(LIMITS.RECONNECT_MIN_MS.value);
  vi.useRealTimers();
  await until(() => events.includes('round trip'));
  expect(server.connections).toBe(2);
});

test('an attempt whose first packets went nowhere begins anew by another way out, and is not a failure', async () => {
  const never = Promise.withResolvers<{ ticket: string; expiresAt: number }>();
  server = await RudeServer.webSocket(honest);
  ticket = () => never.promise;
  start(server.target);
  ticket = () => Promise.resolve({ ticket: 'T', expiresAt: 0 });
  client?.connectNow();
  client?.connectAfresh(() => true);
  await until(() => events.includes('round trip'));
  never.resolve({ ticket: 'late', expiresAt: 0 });
  await new Promise((resolve) => setImmediate(resolve));
  expect(events.filter((event) => /connected/.test(event))).toEqual(['connected']);
  expect(server.connections).toBe(1);
});

test('a connection that opens when its attempt is over is ended, and does the newer one no harm', async () => {
  server = await RudeServer.webSocket(honest);
  const late = Promise.withResolvers<RelayWire>();
  const terminate = vi.fn();
  let opened = 0;
  start(server.target, (...how) => (opened++ === 0 ? late.promise : openRelaySocket(...how)));
  await until(() => opened === 1);
  client?.connectAfresh(() => true);
  await until(() => events.includes('round trip'));
  late.resolve({ terminate } as unknown as RelayWire);
  await until(() => terminate.mock.calls.length === 1);
  events.length = 0;
  client?.pingUnlessProven(0);
  await until(() => events.includes('round trip'));
  expect(client?.connected).toBe(true);
});

test('a connection that can not live by another way out is replaced without a word', async () => {
  server = await RudeServer.webSocket(honest);
  start(server.target);
  await until(() => events.includes('round trip'));
  client?.connectAfresh((localAddress) => localAddress !== '127.0.0.1');
  await until(() => events.filter((event) => event === 'round trip').length === 2);
  expect(events.filter((event) => /connected/.test(event))).toEqual(['connected', 'connected']);
});

test('says at once why it gives up, and comes back by itself', async () => {
  server = await RudeServer.webSocket(honest);
  start(server.target);
  await until(() => events.includes('round trip'));
  client?.giveUp('this computer has no network');
  expect(events.at(-1)).toContain('this computer has no network');
  await until(() => events.filter((event) => event === 'connected').length === 2);
});

test('leaves no timer behind, even when it is disposed of while it renews its ticket', async () => {
  server = await RudeServer.webSocket(honest);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  start(server.target);
  await until(() => events.includes('round trip'));
  const renewal = Promise.withResolvers<{ ticket: string; expiresAt: number }>();
  let asked = false;
  ticket = () => {
    asked = true;
    return renewal.promise;
  };
  // Step by step: the relay answers pings in real time.
  for (let step = 0; !asked && step < 1_000; step++) {
    await vi.advanceTimersByTimeAsync(1_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(asked).toBe(true);
  client?.[Symbol.dispose]();
  renewal.reject(new CausewayError('SERVER_UNREACHABLE', { server: '', cause: '' }));
  await renewal.promise.catch(() => undefined);
  await new Promise((resolve) => setImmediate(resolve));
  vi.advanceTimersByTime(2_000);
  expect(vi.getTimerCount()).toBe(0);
});
