import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LIMITS } from '#protocol/limits.ts';
import { OFFLOAD_HEADER_BYTES, TUNNEL_MESSAGE } from '#protocol/tunnel-messages.ts';
import { adapterPacket, type TestMachine, TestNetwork } from './test-support/test-network.ts';

let network: TestNetwork;
let a: TestMachine;
let b: TestMachine;

beforeEach(async () => {
  network = await TestNetwork.create();
  [a, b] = network.pair;
});
afterEach(() => network[Symbol.dispose]());

/** Both ends have a session that both have used. */
async function connect(): Promise<void> {
  a.send(b, 'hello');
  await network.advance(1_000);
  b.send(a, 'hello');
  await network.advance(1_000);
}

function messagesOf(machine: TestMachine, type: number): number {
  return network.sent.filter(({ from, message }) => from === machine && message[0] === type).length;
}

describe('carrying packets', () => {
  it('asks for a grant, shakes hands and delivers what waited, in order', async () => {
    for (const payload of ['one', 'two', 'three']) a.send(b, payload);
    expect(a.view(b).state).toBe('connecting');
    await network.advance(1_000);
    expect(a.questions).toEqual([b.id]);
    expect(b.questions).toEqual([]);
    expect(b.payloads).toEqual(['one', 'two', 'three']);
    expect([a.view(b).state, b.view(a).state]).toEqual(['connected', 'connected']);
    expect(a.changes).toEqual(['connecting', 'connected']);
    expect(b.changes).toEqual(['connected']);
  });

  it('keeps an offload header, and restores an empty one', async () => {
    const header = Uint8Array.from([1, 1, 54, 0, 0xb4, 5, 34, 0, 16, 0]);
    const packets = [adapterPacket(a, b, 'super', header), adapterPacket(a, b, 'plain')];
    a.tunnel.outgoing(b.id, packets, network.now);
    await network.advance(1_000);
    expect(b.delivered).toEqual(packets);
  });

  it('puts packets that are ready together into as few messages as they fit', async () => {
    await connect();
    const before = messagesOf(a, TUNNEL_MESSAGE.DATA);
    const packets = Array.from({ length: 60 }, (_, number) => adapterPacket(a, b, Buffer.alloc(1_400, number)));
    a.tunnel.outgoing(b.id, packets, network.now);
    await network.advance(100);
    expect(messagesOf(a, TUNNEL_MESSAGE.DATA) - before).toBe(2);
    expect(b.delivered.slice(-60)).toEqual(packets);
  });

  it('carries packets of every size, mixed, those of one connection in order', async () => {
    await connect();
    const sizes = [8, 65_515, 9, 40_000, 33_000, 16_000, 16_000, 16_000, 16_000, 16_000, 10, 65_515, 65_000, 100];
    // The first four bytes are where UDP has its ports.
    const packets = sizes.map((size, number) => adapterPacket(a, b, Buffer.alloc(size, number).fill(0, 0, 4)));
    const tiny = [0, 1, 2].map((size) => adapterPacket(a, b, Buffer.alloc(size, 1)));
    a.tunnel.outgoing(b.id, [...packets, ...tiny], network.now);
    await network.advance(1_000);
    const isTiny = (packet: Uint8Array) => packet.length < 38;
    expect(b.delivered.slice(1).filter((packet) => !isTiny(packet))).toEqual(packets);
    expect(b.delivered.slice(1).filter(isTiny)).toEqual(tiny);
    for (const { message } of network.sent) {
      expect(message.length + 17).toBeLessThanOrEqual(LIMITS.RELAY_FRAME_MAX_BYTES.value);
    }
  });

  it('drops what is no packet, and counts it', async () => {
    await connect();
    a.tunnel.outgoing(b.id, [new Uint8Array(OFFLOAD_HEADER_BYTES), Buffer.alloc(65_546, 1)], network.now);
    expect(a.view(b).droppedByReason).toEqual({ 'malformed-packet': 2 });
  });

  it('counts packets and their bytes', async () => {
    a.send(b, Buffer.alloc(80));
    await network.advance(1_000);
    b.send(a, Buffer.alloc(30));
    await network.advance(1_000);
    expect(a.view(b)).toMatchObject({ sentBytes: 100, sentPackets: 1, receivedBytes: 50, receivedPackets: 1 });
    expect(b.view(a)).toMatchObject({ sentBytes: 50, sentPackets: 1, receivedBytes: 100, receivedPackets: 1 });
  });

  it('shows nothing of a packet in any frame', async () => {
    const canary = 'CANARY-63f1-CANARY';
    for (let round = 0; round < 20; round++) {
      a.send(b, canary.repeat(round + 1));
      b.send(a, canary);
      await network.advance(10_000);
    }
    expect(b.payloads).toContain(canary);
    const wire = Buffer.concat(network.sent.map(({ message }) => message));
    for (const secret of ['CANARY', '63f1', a.granted.name, a.granted.key]) expect(wire.includes(secret)).toBe(false);
    expect(wire.includes(Buffer.from(a.privateKey))).toBe(false);
  });

  it.each([
    [['aes-256-gcm'], ['aes-256-gcm', 'chacha20-poly1305']],
    [['chacha20-poly1305'], ['aes-256-gcm', 'chacha20-poly1305']],
    [['aes-256-gcm', 'chacha20-poly1305'], ['chacha20-poly1305']],
  ] as const)('negotiates a cipher between %j and %j', async (first, second) => {
    using mixed = await TestNetwork.create(2, [first, second]);
    const [one, other] = mixed.pair;
    one.send(other, 'there');
    await mixed.advance(1_000);
    other.send(one, 'back');
    await mixed.advance(1_000);
    expect([other.payloads, one.payloads]).toEqual([['there'], ['back']]);
  });

  it('makes no session without a common cipher', async () => {
    using mixed = await TestNetwork.create(2, [['aes-256-gcm'], ['chacha20-poly1305']]);
    const [one, other] = mixed.pair;
    one.send(other, 'there');
    await mixed.advance(1_000);
    expect(other.tunnel.droppedByReason).toEqual({ 'no-common-cipher': 1 });
    expect(one.view(other).state).toBe('connecting');
  });
});

describe('waiting packets', () => {
  it('are bounded by number; the oldest go', async () => {
    network.controlPlane = 'is silent';
    for (let number = 0; number < 70; number++) a.send(b, `${number}`);
    expect(a.view(b).droppedByReason).toEqual({ 'pending-overflow': 6 });
    await network.grant(a, b);
    await network.advance(1_000);
    expect(b.payloads).toEqual(Array.from({ length: 64 }, (_, number) => `${number + 6}`));
  });

  it('are copies: the adapter overwrites its own', async () => {
    const packet = Buffer.from(adapterPacket(a, b, 'as it was'));
    a.tunnel.outgoing(b.id, [packet], network.now);
    packet.fill(0);
    await network.advance(1_000);
    expect(b.payloads).toEqual(['as it was']);
  });

  it('are bounded by bytes', () => {
    network.controlPlane = 'is silent';
    for (let number = 0; number < 5; number++) a.send(b, Buffer.alloc(65_000));
    expect(a.view(b).droppedByReason).toEqual({ 'pending-overflow': 1 });
  });

  it('are dropped when the grant is refused, and so are the next ones for a moment', async () => {
    network.controlPlane = 'refuses';
    a.send(b, 'one');
    await network.advance(100);
    a.send(b, 'two');
    expect(a.questions).toHaveLength(1);
    expect(a.view(b)).toMatchObject({ state: 'idle', droppedByReason: { 'no-grant': 2 } });
    network.controlPlane = 'grants';
    await network.advance(LIMITS.HANDSHAKE_RETRY_MS.value);
    a.send(b, 'three');
    await network.advance(1_000);
    expect(b.payloads).toEqual(['three']);
  });

  it('are dropped when nobody answers the question for a grant', async () => {
    network.controlPlane = 'is silent';
    a.send(b, 'one');
    await network.advance(LIMITS.HANDSHAKE_GIVE_UP_MS.value - 1);
    expect([a.questions.length, a.view(b).state]).toEqual([1, 'connecting']);
    await network.advance(1);
    expect(a.view(b)).toMatchObject({ state: 'idle', droppedByReason: { 'no-grant': 1 } });
  });
});

describe('probes', () => {
  it('come back, and begin a session when there is none', async () => {
    const probe = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]);
    await network.grant(a, b);
    expect(a.tunnel.probe(b.id, probe, network.now)).toBe(false);
    await network.advance(1_000);
    expect(a.tunnel.probe(b.id, probe, network.now)).toBe(true);
    await network.advance(1_000);
    expect(a.probeReplies).toEqual([probe]);
    expect(b.delivered).toEqual([]);
  });
});

it('does nothing more once disposed of', async () => {
  await connect();
  a.tunnel[Symbol.dispose]();
  const before = network.sent.length;
  a.send(b, 'late');
  b.send(a, 'late');
  await network.advance(60_000);
  expect(network.sent.slice(before).filter(({ from }) => from === a)).toEqual([]);
  expect([...a.tunnel.peers()]).toEqual([]);
  expect(a.payloads).toEqual(['hello']);
});
