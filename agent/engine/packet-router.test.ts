import { beforeEach, describe, expect, test } from 'vitest';
import { createMemoryAdapter, type MemoryAdapter } from '#native/memory-adapter.ts';
import { adapterPacket } from '#native/offload-header.ts';
import { buildUdp } from '#native/packet-builders.ts';
import { addressKey, transportOf } from '#native/packets.ts';
import { CausewayError } from '#protocol/errors.ts';
import type { MachineId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import { OFFLOAD_HEADER_BYTES } from '#protocol/tunnel-messages.ts';
import { PacketRouter } from './packet-router.ts';

const SELF = '100.64.0.9';
const SQL01 = 'a'.repeat(32) as MachineId;
const WEB = 'b'.repeat(32) as MachineId;

let now: number;
let sent: { peer: MachineId; packets: Uint8Array[] }[];
let asked: string[];
let find: (address: string) => Promise<MachineId>;
let memory: MemoryAdapter;
let router: PacketRouter;

beforeEach(() => {
  now = 0;
  sent = [];
  asked = [];
  find = () => new Promise(() => undefined);
  memory = createMemoryAdapter();
  router = new PacketRouter({
    now: () => now,
    send: (peer, packets) => sent.push({ peer, packets: packets.map((packet) => Uint8Array.from(packet)) }),
    find: (address) => {
      asked.push(address);
      return find(address);
    },
    reply: (packet) => void memory.adapter.write(packet),
    isOverlay: (address) => address.startsWith('100.'),
    onFailure: () => undefined,
  });
  router.add(SQL01, [addressKey('100.64.0.1')]);
  router.add(WEB, [addressKey('100.64.0.2'), addressKey('fd00::2')]);
  memory.adapter.start(router);
});

function datagram(to: string, payload = 'x'): Uint8Array {
  return adapterPacket(
    buildUdp({ from: to.includes(':') ? 'fd00::9' : SELF, to, fromPort: 1, toPort: 2 }, Buffer.from(payload)),
  );
}

/** Lets the promises of an answered look-up settle. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('known destinations', () => {
  test('packets for one peer that come together go together, in order', () => {
    memory.os.send(
      datagram('100.64.0.1', 'a'),
      datagram('100.64.0.1', 'b'),
      datagram('100.64.0.2', 'c'),
      datagram('fd00::2', 'd'),
      datagram('100.64.0.1', 'e'),
    );
    expect(sent.map(({ peer, packets }) => [peer, packets.length])).toEqual([
      [SQL01, 2],
      [WEB, 2],
      [SQL01, 1],
    ]);
    expect(sent[0]?.packets[1]).toEqual(datagram('100.64.0.1', 'b'));
  });
});

describe('unknown destinations', () => {
  test('wait for one answer and then go', async () => {
    const { promise, resolve } = Promise.withResolvers<MachineId>();
    find = () => promise;
    memory.os.send(datagram('100.64.0.5', 'a'));
    memory.os.send(datagram('100.64.0.5', 'b'));
    expect(asked).toEqual(['100.64.0.5']);
    resolve(SQL01);
    await settled();
    expect(sent).toEqual([{ peer: SQL01, packets: [datagram('100.64.0.5', 'a'), datagram('100.64.0.5', 'b')] }]);
  });

  test('denied: answered with "prohibited" at once, and not asked again until the policy changes', async () => {
    find = () => Promise.reject(new CausewayError('POLICY_DENIED', { reason: 'no' }));
    memory.os.send(datagram('100.64.0.5'));
    await settled();
    memory.os.send(datagram('100.64.0.5'));
    const replies = memory.os.takeReceived();
    expect(replies).toHaveLength(2);
    const at = transportOf(replies[0] as Uint8Array, OFFLOAD_HEADER_BYTES)?.at ?? 0;
    expect([...(replies[0] as Uint8Array).subarray(at, at + 2)]).toEqual([3, 13]);
    expect(asked).toHaveLength(1);
    expect(router.counters.denied).toBe(2);
    router.forgetRefusals();
    memory.os.send(datagram('100.64.0.5'));
    expect(asked).toHaveLength(2);
  });

  test('unanswered: dropped silently, asked again after a while', async () => {
    find = () => Promise.reject(new CausewayError('TIMED_OUT'));
    memory.os.send(datagram('100.64.0.5'));
    await settled();
    memory.os.send(datagram('100.64.0.5'));
    expect(memory.os.takeReceived()).toEqual([]);
    now = LIMITS.UNANSWERED_FRESH_MS.value;
    memory.os.send(datagram('100.64.0.5'));
    expect(asked).toHaveLength(2);
    expect(router.counters.unresolved).toBe(2);
  });

  test('what waits is bounded, the oldest goes first', async () => {
    const { promise, resolve } = Promise.withResolvers<MachineId>();
    find = () => promise;
    const most = LIMITS.PENDING_PACKETS_PER_PEER.value;
    for (let i = 0; i < most + 3; i++) memory.os.send(datagram('100.64.0.5', String(i)));
    resolve(SQL01);
    await settled();
    expect(sent[0]?.packets).toHaveLength(most);
    expect(sent[0]?.packets[0]).toEqual(datagram('100.64.0.5', '3'));
    expect(router.counters.unresolved).toBe(3);
  });

  test('a scan of the range asks no more than the limit at once', () => {
    for (let i = 0; i < 1_000; i++) memory.os.send(datagram(`100.64.${i >> 8}.${i & 255}`));
    expect(asked.length).toBe(LIMITS.LOOKUPS_PENDING_MAX.value);
  });

  test('foreign packets are dropped unasked', () => {
    memory.os.send(datagram('192.0.2.1'), datagram('ff02::1'), new Uint8Array(5), new Uint8Array(40));
    expect(asked).toEqual([]);
    expect(sent).toEqual([]);
  });
});

test('a forgotten peer is asked for again', () => {
  router.remove([addressKey('100.64.0.1')]);
  memory.os.send(datagram('100.64.0.1'));
  expect(sent).toEqual([]);
  expect(asked).toEqual(['100.64.0.1']);
});
