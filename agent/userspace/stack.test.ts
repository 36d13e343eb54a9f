import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { adapterPacket } from '#native/offload-header.ts';
import { prohibitedReply } from '#native/packet-builders.ts';
import { LIMITS } from '#protocol/limits.ts';
import { A, B, End, FakeLink, joined } from './fake-link.fixture.ts';

const sum = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const MIB = 1_048_576;

describe.each([
  ['IPv4', A.ipv4, B.ipv4],
  ['IPv6', A.ipv6, B.ipv6],
])('%s', (_family, a, b) => {
  test('a connection is made, carries bytes both ways, and is closed by both', () => {
    const link = new FakeLink();
    const { near, far } = joined(link, b);
    expect(far.connection?.remote.address).toBe(a);
    near.send(Buffer.from('question'), { finish: true });
    link.until(() => far.happened.includes('end'));
    expect(far.bytes.toString()).toBe('question');
    // Half-closed: the other direction is still open.
    far.send(Buffer.from('answer'), { finish: true });
    link.until(() => near.happened.includes('closed') && far.happened.includes('closed'));
    expect(near.bytes.toString()).toBe('answer');
    expect(near.happened).toEqual(['connected', 'end', 'closed']);
    expect(link.a.connections + link.b.connections).toBe(0);
  });

  test('5 MiB go whole, in super-packets, faster than a segment at a time', () => {
    const link = new FakeLink({ delayMs: 5 });
    const { near, far } = joined(link, b);
    const bytes = randomBytes(5 * MIB);
    const start = link.now;
    near.send(bytes, { finish: true });
    link.until(() => far.happened.includes('end'));
    expect(sum(far.bytes)).toBe(sum(bytes));
    expect(link.counters.superPackets).toBeGreaterThan(200);
    expect(link.counters.packets).toBeLessThan(900);
    // A window of 1 MiB a round trip of 10 ms, after a slow start.
    expect(link.now - start).toBeLessThan(200);
  });

  test('5 MiB go whole both ways at once, and nothing is sent twice', () => {
    const link = new FakeLink({ delayMs: 1 });
    const { near, far } = joined(link, b);
    const [out, back] = [randomBytes(5 * MIB), randomBytes(5 * MIB)];
    near.send(out, { finish: true });
    far.send(back, { finish: true });
    link.until(() => near.happened.includes('closed') && far.happened.includes('closed'));
    expect(sum(far.bytes)).toBe(sum(out));
    expect(sum(near.bytes)).toBe(sum(back));
    expect(link.twice.packets).toBe(0);
  });

  test.each([1, 2, 3])('with loss and overtaking (seed %i), both ways at once, every byte arrives in order', (seed) => {
    const link = new FakeLink({ delayMs: 10, loss: 0.02, late: 0.1, seed });
    const { near, far } = joined(link, b);
    const [out, back] = [randomBytes(MIB), randomBytes(MIB)];
    near.send(out, { finish: true });
    far.send(back, { finish: true });
    link.until(() => near.happened.includes('closed') && far.happened.includes('closed'), 300_000);
    expect(sum(far.bytes)).toBe(sum(out));
    expect(sum(near.bytes)).toBe(sum(back));
    expect(link.counters.lost).toBeGreaterThan(0);
    expect(link.twice.packets).toBeGreaterThan(0);
  });

  test('a port that nobody serves refuses', () => {
    const link = new FakeLink();
    const near = new End();
    near.take(link.a.connect(b, 81));
    link.until(() => near.happened.length > 0, 100);
    expect(near.happened).toEqual(['refused']);
    expect(link.a.connections).toBe(0);
  });

  test('datagrams go both ways, also larger than a packet, and a closed port says so', () => {
    const link = new FakeLink();
    const got: [string, string, number][] = [];
    const server = link.b.openUdp(53, (bytes, from, port) => {
      server?.send(Buffer.from(`to ${bytes.length}`), from, port);
    });
    const client = link.a.openUdp(0, (bytes, from, port) => got.push([bytes.toString(), from, port]));
    expect(client?.send(Buffer.from('x'), b, 53)).toBe(true);
    expect(client?.send(randomBytes(9_000), b, 53)).toBe(true);
    expect(client?.send(randomBytes(66_000), b, 53)).toBe(false);
    link.until(() => got.length === 2, 100);
    expect(got).toEqual([
      ['to 1', b, 53],
      ['to 9000', b, 53],
    ]);
    const refused: number[] = [];
    if (client !== undefined) client.onRefused = (_, port) => refused.push(port);
    client?.send(Buffer.from('x'), b, 54);
    link.until(() => refused.length > 0, 100);
    expect(refused).toEqual([54]);
  });

  test('what the policy forbids fails at once', () => {
    const link = new FakeLink();
    const near = new End();
    near.take(link.a.connect(b, 80));
    link.a.settle((packets) => {
      for (const packet of packets) {
        const reply = prohibitedReply(packet);
        if (reply !== undefined) link.a.input(reply);
      }
    });
    link.until(() => near.happened.length > 0, 10);
    expect(near.happened).toEqual(['prohibited']);
  });

  test('a machine reaches what it serves itself', () => {
    const link = new FakeLink();
    const [near, far] = [new End(), new End()];
    link.a.serve(80, (connection) => far.take(connection));
    near.take(link.a.connect(a, 80));
    link.until(() => far.connection !== undefined, 200);
    near.send(Buffer.from('to myself'));
    link.until(() => far.bytes.length > 0, 200);
    expect(far.bytes.toString()).toBe('to myself');
  });
});

test('who does not take stops the other at a window, and lets it go on', () => {
  const link = new FakeLink();
  const { near, far } = joined(link, B.ipv6);
  const bytes = randomBytes(4 * MIB);
  far.isFull = true;
  near.send(bytes, { finish: true });
  link.pass(3_000);
  const window = LIMITS.USERSPACE_WINDOW_BYTES.value;
  expect(far.bytes.length).toBeGreaterThan(window / 2);
  expect(far.bytes.length).toBeLessThanOrEqual(window);
  far.isFull = false;
  far.connection?.taken(far.bytes.length);
  link.until(() => far.happened.includes('end'));
  expect(sum(far.bytes)).toBe(sum(bytes));
});

test('a reset reaches the other end, and both forget', () => {
  const link = new FakeLink();
  const { near, far } = joined(link, B.ipv4);
  near.connection?.reset();
  link.until(() => far.happened.includes('reset'), 100);
  expect(near.happened).toEqual(['connected']);
  expect(link.a.connections + link.b.connections).toBe(0);
});

test('a machine that vanished is given up', () => {
  const link = new FakeLink();
  const { near } = joined(link, B.ipv4);
  link.isCut = true;
  near.send(Buffer.from('anybody there?'));
  link.until(() => near.happened.includes('aborted'), 300_000);
  expect(link.a.connections).toBe(0);
});

test('a small message does not wait for company, nor for an acknowledgement', () => {
  const link = new FakeLink({ delayMs: 5 });
  const { near, far } = joined(link, B.ipv6);
  const start = link.now;
  for (const text of ['a', 'b', 'c']) near.send(Buffer.from(text));
  link.until(() => far.bytes.length === 3, 1_000);
  expect(link.now - start).toBeLessThanOrEqual(6);
});

test('the most connections there may be, and not one more; the later ones have small windows', () => {
  const link = new FakeLink();
  const ends: End[] = [];
  link.b.serve(80, (connection) => new End().take(connection));
  for (let i = 0; i < LIMITS.USERSPACE_CONNECTIONS_MAX.value; i++) {
    const end = new End();
    end.take(link.a.connect(B.ipv6, 80));
    ends.push(end);
  }
  expect(link.a.connect(B.ipv6, 80)).toBeUndefined();
  link.until(() => ends.every(({ happened }) => happened.includes('connected')));
  expect(ends[0]?.connection?.window).toBe(LIMITS.USERSPACE_WINDOW_BYTES.value);
  expect(ends.at(-1)?.connection?.window).toBe(LIMITS.USERSPACE_SMALL_WINDOW_BYTES.value);
  for (const { connection } of ends) connection?.reset();
  link.pass(100);
  expect(link.a.connections + link.b.connections).toBe(0);
});

test('a port is served once, and again after it was given back', () => {
  const link = new FakeLink();
  const served = link.b.serve(80, () => undefined);
  expect(link.b.serve(80, () => undefined)).toBeUndefined();
  served?.[Symbol.dispose]();
  expect(link.b.serve(80, () => undefined)).toBeDefined();
  const socket = link.b.openUdp(80, () => undefined);
  expect(link.b.openUdp(80, () => undefined)).toBeUndefined();
  socket?.[Symbol.dispose]();
  expect(link.b.openUdp(80, () => undefined)).toBeDefined();
});

test('nonsense from a peer is dropped, whatever it is', () => {
  const link = new FakeLink();
  const { near, far } = joined(link, B.ipv4);
  for (let i = 0; i < 5_000; i++) {
    const bytes = randomBytes(1 + (i % 200));
    // Half of it looks like a packet of a known version to this machine.
    if (i % 2 === 0) {
      bytes[0] = i % 4 === 0 ? 0x45 : 0x60;
      if (bytes.length > 20) bytes.set([100, 64, 0, 2], 16);
      if (bytes.length > 4) bytes.set([bytes.length >> 8, bytes.length], 2);
    }
    link.b.input(adapterPacket(bytes));
  }
  near.send(Buffer.from('still here'));
  link.until(() => far.bytes.length > 0);
  expect(far.bytes.toString()).toBe('still here');
});
