import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '#protocol/encoding.ts';
import { encodeFrame, FRAME_HEADER_BYTES, FRAME_TYPE, type Frame } from '#protocol/frames.ts';
import { type MachineId, machineId, type SubscriptionId, subscriptionId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import { copyWithRoom } from '#protocol/websocket.ts';
import type { Connection } from './connection.ts';
import { RelayCore } from './core.ts';
import { RecordingOutlet } from './recording-outlet.fixture.ts';

const ours = subscriptionId.parse('aa'.repeat(16));
const others = subscriptionId.parse('bb'.repeat(16));
const [alice, bob, carol, absent] = ['01', '02', '03', '0f'].map((byte) => machineId.parse(byte.repeat(16))) as [
  MachineId,
  MachineId,
  MachineId,
  MachineId,
];
const HOUR = 3_600_000;

/** A relay on a clock that only the test moves. */
function setUp() {
  const presence: string[] = [];
  const tickets: { connection: Connection; ticket: string }[] = [];
  const core = new RelayCore({
    onPresence: (_, machine, connected) => presence.push(`${machine.slice(0, 2)}${connected ? '+' : '-'}`),
    onTicket: (connection, ticket) => tickets.push({ connection, ticket }),
  });
  const clock = { now: 1_000_000 };
  const join = (machine: MachineId, options: { subscription?: SubscriptionId; room?: number; lasts?: number } = {}) => {
    const outlet = new RecordingOutlet(options.room);
    const identity = {
      subscription: options.subscription ?? ours,
      machine,
      expiresAt: clock.now + (options.lasts ?? HOUR),
    };
    const connection = core.connect(identity, outlet, clock.now);
    return {
      connection,
      outlet,
      get frames() {
        return outlet.frames;
      },
      send: (frame: Frame) => core.receive(connection, copyWithRoom(encodeFrame(frame)), clock.now),
      sendRaw: (bytes: Uint8Array) => core.receive(connection, copyWithRoom(bytes), clock.now),
      /** Lets `bytes` more out of the socket. */
      drain: (bytes: number) => {
        outlet.room = bytes;
        core.writable(connection, clock.now);
      },
      leave: () => core.disconnect(connection, clock.now),
    };
  };
  return { core, clock, join, presence, tickets };
}

function data(peer: MachineId, text: string | Uint8Array): Frame {
  return { type: 'data', peer, payload: typeof text === 'string' ? new TextEncoder().encode(text) : text };
}

const texts = (frames: readonly unknown[]) =>
  (frames as Frame[]).flatMap((frame) => (frame.type === 'data' ? [new TextDecoder().decode(frame.payload)] : []));

describe('routing', () => {
  test('rewrites the peer field in place: the very bytes that came are sent on', () => {
    const { core, clock, join } = setUp();
    const a = join(alice);
    const b = join(bob);
    const bytes = copyWithRoom(fromHex(`01${'02'.repeat(16)}c0ffee`));
    core.receive(a.connection, bytes, clock.now);
    expect(b.outlet.sent).toHaveLength(1);
    expect(b.outlet.sent[0]).toBe(bytes);
    expect(toHex(bytes)).toBe(`01${'01'.repeat(16)}c0ffee`);
  });

  test('never joins machines of different subscriptions, equal ids or not', () => {
    const { join } = setUp();
    const a = join(alice);
    const theirAlice = join(alice, { subscription: others });
    const theirBob = join(bob, { subscription: others });
    a.send(data(bob, 'to bob'));
    expect(a.frames).toEqual([{ type: 'peer-gone', peer: bob, reason: 'NOT_CONNECTED' }]);
    theirBob.send(data(alice, 'to their alice'));
    expect(texts(theirAlice.frames)).toEqual(['to their alice']);
    expect(theirBob.frames).toEqual([]);
    expect(a.outlet.sent).toHaveLength(1);
  });

  test('says that a peer is absent, at most once an interval, and counts every frame', () => {
    const { core, clock, join } = setUp();
    const a = join(alice);
    for (let i = 0; i < 5; i++) a.send(data(absent, 'x'));
    expect(a.frames).toEqual([{ type: 'peer-gone', peer: absent, reason: 'NOT_CONNECTED' }]);
    clock.now += LIMITS.RELAY_PEER_GONE_INTERVAL_MS.value;
    a.send(data(absent, 'x'));
    expect(a.frames).toHaveLength(2);
    expect(core.metrics().dropped['not-connected']).toEqual({ frames: 6, bytes: 6 * (FRAME_HEADER_BYTES + 1) });
  });

  test('tells those who sent lately that the destination disconnected, and nobody else', () => {
    const { clock, join } = setUp();
    const a = join(alice);
    const b = join(bob);
    const c = join(carol);
    c.send(data(bob, 'long ago'));
    clock.now += LIMITS.REJECT_AFTER_MS.value + 1;
    a.send(data(bob, 'lately'));
    b.leave();
    expect(a.frames).toEqual([{ type: 'peer-gone', peer: bob, reason: 'DISCONNECTED' }]);
    expect(c.frames).toEqual([]);
  });

  test('remembers no more senders than the limit, the latest ones', () => {
    const { join } = setUp();
    const b = join(bob);
    const senders = Array.from({ length: LIMITS.RELAY_SOURCES_PER_DESTINATION.value + 1 }, (_, i) =>
      join(machineId.parse((i + 1).toString(16).padStart(32, '0'))),
    );
    for (const sender of senders) sender.send(data(bob, 'x'));
    b.leave();
    expect(senders[0]?.frames).toEqual([]);
    expect(senders.slice(1).every((sender) => sender.frames.length === 1)).toBe(true);
  });

  test('a second connection replaces the first and gets what waited for it, in order; presence does not change', () => {
    const { core, join, presence } = setUp();
    const a = join(alice);
    const first = join(bob, { room: 1 });
    for (const text of ['1', '2', '3']) a.send(data(bob, text));
    expect(texts(first.frames)).toEqual(['1']);
    const second = join(bob);
    expect(first.frames.at(-1)).toEqual({ type: 'notice', code: 'REPLACED' });
    expect(first.outlet.closedWith).toBe(1000);
    first.leave();
    a.send(data(bob, '4'));
    expect(texts(second.frames)).toEqual(['2', '3', '4']);
    expect(presence).toEqual(['01+', '02+']);
    expect(core.metrics().connections).toBe(2);
    second.leave();
    expect(presence).toEqual(['01+', '02+', '02-']);
    expect(a.frames).toEqual([{ type: 'peer-gone', peer: bob, reason: 'DISCONNECTED' }]);
  });
});

describe('back-pressure', () => {
  const bulk = new Uint8Array(60_000);

  test('a slow destination does not hold up another one of the same source', () => {
    const { core, join } = setUp();
    const a = join(alice);
    const slow = join(bob, { room: 1 });
    const fast = join(carol);
    for (let i = 0; i < 1_000; i++) {
      a.send(data(bob, bulk));
      a.send(data(carol, `${i}`));
    }
    expect(texts(fast.frames)).toEqual(Array.from({ length: 1_000 }, (_, i) => `${i}`));
    expect(slow.outlet.sent).toHaveLength(1);
    expect(core.metrics().queued.bytes).toBeLessThanOrEqual(LIMITS.RELAY_QUEUE_MAX_BYTES.value);
    expect(core.metrics().dropped['queue-full'].frames).toBeGreaterThan(0);
  });

  test('a light source gets its turn beside a heavy one and loses nothing', () => {
    const { core, join } = setUp();
    const heavy = join(alice);
    const light = join(carol);
    const b = join(bob, { room: 1 });
    for (let i = 0; i < 200; i++) heavy.send(data(bob, bulk));
    light.send(data(bob, 'light'));
    for (let i = 0; i < 200; i++) heavy.send(data(bob, bulk));
    const before = b.outlet.sent.length;
    b.drain(150_000);
    expect(texts(b.frames.slice(before)).filter((text) => text === 'light')).toHaveLength(1);
    expect(core.metrics().dropped['queue-full'].frames).toBeGreaterThan(300);
  });

  test('what waits too long is dropped instead of delivered late', () => {
    const { core, clock, join } = setUp();
    const a = join(alice);
    const b = join(bob, { room: 1 });
    for (const text of ['first', 'old']) a.send(data(bob, text));
    clock.now += LIMITS.RELAY_QUEUE_MAX_AGE_MS.value;
    a.send(data(bob, 'new'));
    clock.now += 1;
    b.drain(1_000);
    expect(texts(b.frames)).toEqual(['first', 'new']);
    expect(core.metrics().dropped['too-old'].frames).toBe(1);
  });

  test('the sweep frees what waits for a destination that never takes', () => {
    const { core, clock, join } = setUp();
    const a = join(alice);
    join(bob, { room: 1 });
    for (let i = 0; i < 4; i++) a.send(data(bob, 'x'));
    clock.now += LIMITS.RELAY_QUEUE_MAX_AGE_MS.value + 1;
    core.sweep(clock.now);
    expect(core.metrics()).toMatchObject({ queued: { frames: 0, bytes: 0 }, dropped: { 'too-old': { frames: 3 } } });
  });

  test('what waits for a machine that leaves is counted', () => {
    const { core, join } = setUp();
    const a = join(alice);
    const b = join(bob, { room: 1 });
    for (let i = 0; i < 4; i++) a.send(data(bob, 'x'));
    b.leave();
    expect(core.metrics()).toMatchObject({ queued: { frames: 0 }, dropped: { disconnected: { frames: 3 } } });
  });
});

describe('other frames', () => {
  test('PING is answered with its bytes, up to the rate; beyond it one notice', () => {
    const { core, clock, join } = setUp();
    const a = join(alice);
    const payload = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    const rate = LIMITS.RELAY_REPLIES_PER_SECOND.value;
    for (let i = 0; i < rate + 10; i++) a.send({ type: 'ping', payload });
    expect(a.frames.slice(0, rate)).toEqual(Array(rate).fill({ type: 'pong', payload }));
    expect(a.frames.slice(rate)).toEqual([{ type: 'notice', code: 'RATE_LIMITED' }]);
    expect(core.metrics().refused.rate).toBe(10);
    clock.now += 1_000;
    a.send({ type: 'ping', payload });
    expect(a.frames.at(-1)).toEqual({ type: 'pong', payload });
  });

  test('looking for many absent peers is limited in the same way', () => {
    const { core, join } = setUp();
    const a = join(alice);
    const rate = LIMITS.RELAY_REPLIES_PER_SECOND.value;
    for (let i = 0; i < rate + 5; i++) a.send(data(machineId.parse(i.toString(16).padStart(32, '0')), 'x'));
    expect(a.frames.filter((frame) => frame.type === 'peer-gone')).toHaveLength(rate);
    expect(core.metrics().refused.rate).toBe(5);
  });

  test('unknown types, and those only a relay sends, are counted and ignored', () => {
    const { core, join } = setUp();
    const a = join(alice);
    a.sendRaw(Uint8Array.of(99, ...new Uint8Array(16), 1));
    a.send({ type: 'peer-gone', peer: bob, reason: 'DISCONNECTED' });
    a.send({ type: 'notice', code: 'RESTARTING' });
    expect(core.metrics().refused['unknown-type']).toBe(3);
    expect(a.outlet).toMatchObject({ sent: [], closedWith: undefined });
  });

  test.each([
    ['nothing', new Uint8Array(0)],
    ['a cut header', new Uint8Array(FRAME_HEADER_BYTES - 1).fill(FRAME_TYPE.DATA)],
    ['DATA without payload', new Uint8Array(FRAME_HEADER_BYTES).fill(FRAME_TYPE.DATA)],
    ['a PING too short', new Uint8Array(FRAME_HEADER_BYTES + 7).fill(FRAME_TYPE.PING, 0, 1)],
  ])('%s closes with 1007 and is counted', (_, bytes) => {
    const { core, join, presence } = setUp();
    const a = join(alice);
    a.sendRaw(bytes);
    expect(a.outlet.closedWith).toBe(1007);
    expect(core.metrics()).toMatchObject({ refused: { malformed: 1 }, connections: 0 });
    expect(presence).toEqual(['01+', '01-']);
  });

  test('the largest frame passes, one byte more closes with 1009', () => {
    const { core, join } = setUp();
    const a = join(alice);
    const b = join(bob);
    const payload = new Uint8Array(LIMITS.RELAY_FRAME_MAX_BYTES.value - FRAME_HEADER_BYTES);
    a.send(data(bob, payload));
    expect(b.outlet.sent[0]?.length).toBe(LIMITS.RELAY_FRAME_MAX_BYTES.value);
    a.send(data(bob, new Uint8Array(payload.length + 1)));
    expect(a.outlet.closedWith).toBe(1009);
    expect(b.outlet.sent.filter((frame) => frame[0] === FRAME_TYPE.DATA)).toHaveLength(1);
    expect(core.metrics().refused['over-cap']).toBe(1);
  });
});

describe('life of a connection', () => {
  test('ends with its ticket, unless a fresh one came; one ticket is verified at a time', () => {
    const { core, clock, join, tickets } = setUp();
    const a = join(alice, { lasts: 10_000 });
    const b = join(bob, { lasts: 10_000 });
    b.send({ type: 'ticket', ticket: 'fresh' });
    b.send({ type: 'ticket', ticket: 'too-soon' });
    expect(tickets).toEqual([{ connection: b.connection, ticket: 'fresh' }]);
    core.extend(b.connection, clock.now + HOUR);
    b.send({ type: 'ticket', ticket: 'bad' });
    core.ticketRefused(b.connection);
    clock.now += 10_000;
    core.sweep(clock.now);
    expect(a.frames).toEqual([{ type: 'notice', code: 'TICKET_EXPIRED' }]);
    expect(a.outlet.closedWith).toBe(1008);
    expect(b.outlet.closedWith).toBeUndefined();
    expect(core.metrics().refused).toMatchObject({ ticket: 1, rate: 1 });
  });

  test('is pinged when silent, kept when it answers, ended when it does not', () => {
    const { core, clock, join } = setUp();
    const a = join(alice);
    const b = join(bob);
    clock.now += LIMITS.PING_INTERVAL_MS.value;
    core.sweep(clock.now);
    expect([a.outlet.pings, b.outlet.pings]).toEqual([1, 1]);
    core.heard(a.connection, clock.now);
    clock.now += LIMITS.PING_TIMEOUT_MS.value;
    core.sweep(clock.now);
    expect(a.outlet.terminated).toBe(false);
    expect(b.outlet.terminated).toBe(true);
    expect(core.metrics().connections).toBe(1);
  });

  test('is never ended unasked, however long after the last sweep the next one comes', () => {
    const { core, clock, join } = setUp();
    const a = join(alice);
    clock.now += LIMITS.PING_INTERVAL_MS.value - 1;
    core.sweep(clock.now);
    expect(a.outlet.pings).toBe(0);
    clock.now += LIMITS.PING_TIMEOUT_MS.value + 1;
    core.sweep(clock.now);
    expect([a.outlet.pings, a.outlet.terminated]).toEqual([1, false]);
    clock.now += LIMITS.PING_TIMEOUT_MS.value;
    core.sweep(clock.now);
    expect(a.outlet.terminated).toBe(true);
  });

  test('can be cut off by the control plane', () => {
    const { core, clock, join, presence } = setUp();
    const a = join(alice);
    join(alice, { subscription: others });
    expect(core.drop(ours, alice, clock.now)).toBe(true);
    expect(core.drop(ours, alice, clock.now)).toBe(false);
    expect(a.outlet.closedWith).toBe(1008);
    expect(core.find(others, alice)).toBeDefined();
    a.send(data(bob, 'ignored now'));
    expect(core.metrics().in.frames).toBe(0);
    expect(presence).toEqual(['01+', '01+', '01-']);
  });

  test('a relay that stops tells everybody', () => {
    const { core, join, presence } = setUp();
    const machines = [join(alice), join(bob), join(carol, { subscription: others })];
    core.shutDown();
    for (const machine of machines) {
      expect(machine.frames).toEqual([{ type: 'notice', code: 'RESTARTING' }]);
      expect(machine.outlet.closedWith).toBe(1012);
    }
    expect(presence.slice(3)).toEqual(['01-', '02-', '03-']);
    expect(core.metrics().connections).toBe(0);
  });
});
