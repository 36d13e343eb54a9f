import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { decodeFrame, encodeFrame, FRAME_HEADER_BYTES, type Frame } from '#protocol/frames.ts';
import { type MachineId, machineId, type SubscriptionId, subscriptionId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { RelayOptions } from './edge.ts';
import { dial, type LoopbackRelay, startLoopbackRelay } from './loopback.fixture.ts';

const ours = subscriptionId.parse('aa'.repeat(16));
const others = subscriptionId.parse('bb'.repeat(16));
const alice = machineId.parse('01'.repeat(16));
const bob = machineId.parse('02'.repeat(16));
const carol = machineId.parse('03'.repeat(16));

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function start(options: Partial<Omit<RelayOptions, 'ticketKey'>> = {}): Promise<LoopbackRelay> {
  const loopback = await startLoopbackRelay(options);
  cleanUps.push(() => loopback[Symbol.asyncDispose]());
  return loopback;
}

async function join(
  loopback: LoopbackRelay,
  machine: MachineId,
  subscription: SubscriptionId = ours,
  lastsMs?: number,
) {
  const socket = dial(loopback.url, await loopback.ticket(subscription, machine, lastsMs));
  cleanUps.push(() => socket.terminate());
  const frames: ReturnType<typeof decodeFrame>[] = [];
  socket.on('message', (data: Buffer) => frames.push(decodeFrame(data)));
  await once(socket, 'open');
  await vi.waitUntil(() => loopback.relay.connected(subscription, machine));
  return { socket, frames, send: (frame: Frame) => socket.send(encodeFrame(frame)) };
}

const data = (peer: MachineId, payload: Uint8Array): Frame => ({ type: 'data', peer, payload });

async function closeCode(socket: WebSocket): Promise<number> {
  const [code] = (await once(socket, 'close')) as [number];
  return code;
}

/** The answer to a login that is refused. */
async function refusal(socket: WebSocket): Promise<{ status: number | undefined; body: unknown }> {
  cleanUps.push(() => socket.terminate());
  socket.on('error', () => {});
  const [, response] = await once(socket, 'unexpected-response');
  let text = '';
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode, body: JSON.parse(text) };
}

describe('login', () => {
  test('is refused with 401 and the code without a ticket, with a forged, an expired or a half one', async () => {
    const loopback = await start();
    const stranger = await start();
    const tickets = [
      undefined,
      'nonsense',
      await stranger.ticket(ours, alice),
      await loopback.ticket(ours, alice, -100_000),
      (await loopback.ticket(ours, alice)).slice(0, -4),
    ];
    for (const ticket of tickets) {
      const answer = await refusal(dial(loopback.url, ticket));
      expect(answer).toMatchObject({ status: 401, body: { error: { code: 'TICKET_REFUSED' } } });
    }
    expect(loopback.relay.stats()).toMatchObject({ connections: 0, accepted: 0, refused: { ticket: tickets.length } });
  });

  test('is refused with 400 when the subprotocol is another', async () => {
    const loopback = await start();
    const socket = dial(loopback.url, await loopback.ticket(ours, alice), 'causeway-relay.99');
    expect(await refusal(socket)).toMatchObject({ status: 400, body: { error: { code: 'REQUEST_MALFORMED' } } });
  });

  test('is not for other paths', async () => {
    const { relay } = await start();
    expect(relay.handleUpgrade({ url: '/control' } as IncomingMessage, new Socket(), Buffer.alloc(0))).toBe(false);
  });

  test('is refused after the machine was cut off, until a newer ticket', async () => {
    const clock = { now: Date.now() };
    const loopback = await start({ now: () => clock.now });
    const a = await join(loopback, alice);
    const old = await loopback.ticket(ours, alice);
    loopback.relay.drop(ours, alice);
    expect(await closeCode(a.socket)).toBe(1008);
    expect(await refusal(dial(loopback.url, old))).toMatchObject({ status: 401 });
    clock.now += 1_000;
    await join(loopback, alice);
  });
});

describe('exchange', () => {
  test('two machines, frames of every size, unchanged and in order', async () => {
    const loopback = await start();
    const a = await join(loopback, alice);
    const b = await join(loopback, bob);
    const sizes = [1, 100, 1_400, 16_384, 65_535, LIMITS.RELAY_FRAME_MAX_BYTES.value - FRAME_HEADER_BYTES];
    const payloads = sizes.map((size) => randomBytes(size));
    for (const payload of payloads) a.send(data(bob, payload));
    await vi.waitUntil(() => b.frames.length === sizes.length);
    for (const [i, frame] of b.frames.entries()) {
      expect(frame).toMatchObject({ type: 'data', peer: alice });
      expect(frame.type === 'data' && payloads[i]?.equals(frame.payload)).toBe(true);
    }
  });

  test('machines of another subscription with the same ids are not reached', async () => {
    const loopback = await start();
    const a = await join(loopback, alice);
    const theirs = await join(loopback, bob, others);
    a.send(data(bob, Uint8Array.of(1)));
    await vi.waitUntil(() => a.frames.length === 1);
    expect(a.frames).toEqual([{ type: 'peer-gone', peer: bob, reason: 'NOT_CONNECTED' }]);
    expect(theirs.frames).toEqual([]);
  });

  test('presence is told once for each coming and going', async () => {
    const onPresence = vi.fn();
    const loopback = await start({ onPresence });
    const a = await join(loopback, alice);
    a.socket.close();
    await vi.waitUntil(() => !loopback.relay.connected(ours, alice));
    expect(onPresence.mock.calls).toEqual([
      [ours, alice, true],
      [ours, alice, false],
    ]);
  });

  test('a machine that does not read holds up nobody; it gets the newest, in order, when it reads again', async () => {
    const loopback = await start();
    const a = await join(loopback, alice);
    const slow = await join(loopback, bob);
    const fast = await join(loopback, carol);
    slow.socket.pause();
    const payload = (i: number) => {
      const bytes = new Uint8Array(60_000);
      new DataView(bytes.buffer).setUint32(0, i);
      return bytes;
    };
    const number = (frame: unknown) => {
      const bytes = (frame as { payload: Uint8Array }).payload;
      return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
    };
    // Until the queue overflows: how much the kernel takes before that differs from machine to machine.
    let count = 0;
    for (; loopback.relay.stats().dropped['queue-full'].frames < 50 && count < 5_000; count++) {
      a.send(data(bob, payload(count)));
      a.send(data(carol, Uint8Array.of(0, 0, count >> 8, count & 255)));
      await vi.waitUntil(() => fast.frames.length === count + 1, { interval: 1 });
    }
    expect(fast.frames.map(number)).toEqual(Array.from({ length: count }, (_, i) => i));
    const { queued, dropped } = loopback.relay.stats();
    expect(dropped['queue-full'].frames).toBeGreaterThanOrEqual(50);
    expect(queued.bytes).toBeLessThanOrEqual(LIMITS.RELAY_QUEUE_MAX_BYTES.value);
    slow.socket.resume();
    await vi.waitUntil(() => loopback.relay.stats().queued.frames === 0);
    a.send(data(bob, payload(count)));
    await vi.waitUntil(() => slow.frames.length > 0 && number(slow.frames.at(-1)) === count);
    const got = slow.frames.map(number);
    expect(got).toEqual([...new Set(got)].sort((x, y) => x - y));
    expect(got.length).toBe(loopback.relay.stats().out.frames - count);
  });
});

describe('violations', () => {
  test.each([
    ['a frame over the cap', new Uint8Array(LIMITS.RELAY_FRAME_MAX_BYTES.value + 1), 1009, 'over-cap'],
    ['a frame too short', new Uint8Array(FRAME_HEADER_BYTES - 1), 1007, 'malformed'],
    ['a text message', 'hello', 1007, 'malformed'],
  ] as const)('%s closes and is counted', async (_, message, status, reason) => {
    const loopback = await start();
    const a = await join(loopback, alice);
    a.socket.send(message);
    expect(await closeCode(a.socket)).toBe(status);
    expect(loopback.relay.stats()).toMatchObject({ connections: 0, refused: { [reason]: 1 } });
  });
});

describe('life of a connection', () => {
  /** A clock that goes a second in a few milliseconds, in the process of the clients, which so keep up. */
  function fastClock() {
    const clock = { now: Math.floor(Date.now() / 1000) * 1000 };
    const pass = async (ms: number) => {
      for (const end = clock.now + ms; clock.now < end; clock.now += 1_000) await sleep(5);
    };
    return { now: () => clock.now, pass };
  }

  test('one that answers pings stays, a half-open one is ended', async () => {
    const { now, pass } = fastClock();
    const loopback = await start({ now, sweepEveryMs: 5 });
    await join(loopback, alice);
    const dead = await join(loopback, bob);
    // It neither reads nor answers any more, and does not close: what an unplugged cable looks like.
    dead.socket.pause();
    await pass(LIMITS.PING_INTERVAL_MS.value);
    expect(loopback.relay.connected(ours, bob)).toBe(true);
    await pass(LIMITS.PING_TIMEOUT_MS.value + 2_000);
    expect(loopback.relay.connected(ours, bob)).toBe(false);
    await pass(60_000);
    expect(loopback.relay.connected(ours, alice)).toBe(true);
  });

  test('ends with the ticket, unless a fresh one of the same machine was sent', async () => {
    const { now, pass } = fastClock();
    const loopback = await start({ now, sweepEveryMs: 5 });
    const a = await join(loopback, alice, ours, 30_000);
    const b = await join(loopback, bob, ours, 30_000);
    const ticket = await loopback.ticket(ours, alice);
    a.send({ type: 'ticket', ticket });
    b.send({ type: 'ticket', ticket });
    await vi.waitUntil(() => loopback.relay.stats().refused.ticket === 1);
    const closed = closeCode(b.socket);
    await pass(29_000);
    expect(loopback.relay.connected(ours, bob)).toBe(true);
    await pass(3_000);
    expect(await closed).toBe(1008);
    expect(b.frames.at(-1)).toEqual({ type: 'notice', code: 'TICKET_EXPIRED' });
    expect(loopback.relay.connected(ours, alice)).toBe(true);
  });

  test('a timer runs only while somebody is connected', async () => {
    const set = vi.spyOn(globalThis, 'setInterval');
    const clear = vi.spyOn(globalThis, 'clearInterval');
    const loopback = await start({ sweepEveryMs: 5 });
    const sweeps = () => set.mock.calls.filter(([, ms]) => ms === 5).length;
    expect(sweeps()).toBe(0);
    const a = await join(loopback, alice);
    expect(sweeps()).toBe(1);
    a.socket.close();
    const timer = set.mock.results[set.mock.calls.findIndex(([, ms]) => ms === 5)]?.value;
    await vi.waitUntil(() => clear.mock.calls.some(([cleared]) => cleared === timer));
    expect(sweeps()).toBe(1);
  });

  test('a relay that stops says so, and does not wait for one that does not answer', async () => {
    const loopback = await start();
    const a = await join(loopback, alice);
    const deaf = await join(loopback, bob);
    deaf.socket.pause();
    const closed = closeCode(a.socket);
    await Promise.all([loopback.relay.close(), loopback.relay.close()]);
    expect(await closed).toBe(1012);
    expect(a.frames).toEqual([{ type: 'notice', code: 'RESTARTING' }]);
    expect(loopback.relay.stats().connections).toBe(0);
  });
});
