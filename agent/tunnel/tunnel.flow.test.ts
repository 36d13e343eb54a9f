import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LIMITS } from '#protocol/limits.ts';
import { RECORD, TUNNEL_MESSAGE } from '#protocol/tunnel-messages.ts';
import { adapterPacket, type TestMachine, TestNetwork } from './test-support/test-network.ts';

let network: TestNetwork;
let a: TestMachine;
let b: TestMachine;

beforeEach(async () => {
  network = await TestNetwork.create();
  [a, b] = network.pair;
  a.send(b, 'hello');
  await network.advance(200);
  b.send(a, 'hello back');
  await network.advance(200);
});
afterEach(() => network[Symbol.dispose]());

/** One connection's packets, 60,000 bytes each. */
function bulk(count: number, to = b): Uint8Array[] {
  return Array.from({ length: count }, (_, number) => adapterPacket(a, to, Buffer.alloc(60_000, number).fill(0, 0, 4)));
}

const bytesSent = (by: TestMachine) =>
  network.sent.filter(({ from }) => from === by).reduce((sum, { message }) => sum + message.length, 0);

describe('what is under way to a peer', () => {
  it('is bounded at first, and everything arrives in the end, in order', async () => {
    const before = bytesSent(a);
    const packets = bulk(30);
    a.tunnel.outgoing(b.id, packets, network.now);
    expect(bytesSent(a) - before).toBeLessThan(LIMITS.WINDOW_FIRST_BYTES.value + 2 * 60_100);
    await network.advance(200);
    b.delivered.splice(0, 1);
    expect(b.delivered).toEqual(packets);
  });

  it('does not hold up a small packet of another connection', async () => {
    a.tunnel.outgoing(b.id, bulk(30), network.now);
    const before = bytesSent(a);
    a.send(b, 'a keystroke of another connection');
    expect(bytesSent(a) - before).toBeGreaterThan(0);
    expect(bytesSent(a) - before).toBeLessThan(200);
    await network.advance(network.delayMs);
    expect(b.payloads.at(-1)).toBe('a keystroke of another connection');
  });

  it('is taken for lost when no word comes, and the rest goes on', async () => {
    network.relay = ({ from, message }) => (from === b && message[0] === TUNNEL_MESSAGE.DATA ? [] : [message]);
    a.tunnel.outgoing(b.id, bulk(10), network.now);
    await network.advance(LIMITS.WINDOW_STUCK_MS.value + 1_000);
    const before = b.delivered.length;
    expect(a.view(b).droppedByReason['queue-old']).toBeGreaterThan(0);
    a.tunnel.outgoing(b.id, bulk(1), network.now);
    await network.advance(100);
    expect(b.delivered.length - before).toBe(1);
  });

  it('is forgotten when the pair may no longer talk', async () => {
    a.tunnel.outgoing(b.id, bulk(30), network.now);
    a.tunnel.revoke(b.id, network.now);
    const before = bytesSent(a);
    await network.advance(1_000);
    expect(bytesSent(a)).toBe(before);
    expect(a.view(b).droppedByReason.revoked).toBeGreaterThan(20);
  });
});

describe('a full link', () => {
  let c: TestMachine;

  beforeEach(async () => {
    network = await TestNetwork.create(3);
    [a, b] = network.pair;
    c = network.machines[2] as TestMachine;
    for (const peer of [b, c]) {
      a.send(peer, 'hello');
      await network.advance(200);
      peer.send(a, 'hello back');
      await network.advance(200);
      peer.delivered.length = 0;
    }
  });

  it('is shared by turns of the peers, whoever came first', async () => {
    a.linkTakes = 1;
    a.tunnel.outgoing(b.id, bulk(40), network.now);
    a.tunnel.outgoing(c.id, bulk(40, c), network.now);
    for (let turn = 0; turn < 8; turn++) {
      a.linkTakes = 1;
      a.tunnel.linkDrained(network.now);
      await network.advance(2 * network.delayMs + LIMITS.ACKNOWLEDGE_DELAY_MS.value);
    }
    const [toB, toC] = [b.delivered.length, c.delivered.length];
    expect(Math.min(toB, toC)).toBeGreaterThan(4);
    expect(Math.abs(toB - toC) * 60_000).toBeLessThanOrEqual(LIMITS.PEER_TURN_BYTES.value + 120_000);
  });

  it('holds back no small packet', async () => {
    a.linkTakes = 1;
    a.tunnel.outgoing(b.id, bulk(4), network.now);
    const before = b.delivered.length;
    a.send(c, 'a keystroke');
    await network.advance(network.delayMs);
    expect(c.payloads).toEqual(['a keystroke']);
    expect(b.delivered.length - before).toBeLessThanOrEqual(2);
  });

  it('goes on with a new connection to the relay', async () => {
    a.linkTakes = 1;
    a.tunnel.outgoing(b.id, bulk(3), network.now);
    a.linkTakes = Number.POSITIVE_INFINITY;
    a.tunnel.reconnected(network.now);
    await network.advance(200);
    expect(b.delivered).toHaveLength(3);
  });

  it('makes the peer that holds the most lose what is over the bound', async () => {
    a.linkTakes = 1;
    a.send(c, 'before');
    const most = LIMITS.PEER_QUEUE_MAX_BYTES.value;
    a.tunnel.outgoing(b.id, bulk(Math.ceil(most / 60_000) + 10), network.now);
    a.tunnel.outgoing(c.id, bulk(2, c), network.now);
    expect(a.view(b).droppedByReason['queue-full']).toBeGreaterThan(0);
    expect(a.view(c).droppedByReason['queue-full']).toBeUndefined();
  });
});

describe('acknowledgements', () => {
  const dataOf = (by: TestMachine) =>
    network.sent.filter(({ from, message }) => from === by && message[0] === TUNNEL_MESSAGE.DATA).length;

  it('cost no message where little comes', async () => {
    const before = dataOf(b);
    for (let ping = 0; ping < 10; ping++) {
      a.send(b, 'ping');
      await network.advance(100);
    }
    expect(dataOf(b)).toBe(before);
  });

  it('are sent by themselves where much comes and nothing goes', async () => {
    const before = dataOf(b);
    a.tunnel.outgoing(b.id, bulk(1), network.now);
    await network.advance(100);
    expect(dataOf(b) - before).toBe(1);
  });

  it('travel along with what goes anyhow', async () => {
    a.tunnel.outgoing(b.id, bulk(1), network.now);
    await network.advance(network.delayMs);
    const before = dataOf(b);
    b.send(a, 'answer');
    await network.advance(100);
    expect(dataOf(b) - before).toBe(1);
    expect(RECORD.ARRIVED).toBe(5);
  });
});
