import { describe, expect, test } from 'vitest';
import { concatBytes } from '#protocol/encoding.ts';
import { OFFLOAD_HEADER_BYTES } from '#protocol/tunnel-messages.ts';
import { type ComplianceSubject, describeAdapterCompliance } from './adapter-compliance.ts';
import { createMemoryAdapter, type MemoryAdapterOptions } from './memory-adapter.ts';
import { createSplitter } from './offload.ts';
import { adapterPacket } from './offload-header.ts';
import { buildSuperPacket, buildTcp, buildUdp } from './packet-builders.ts';

const inbound = { from: '10.0.0.2', to: '10.0.0.1', fromPort: 9000, toPort: 7000 };
const outbound = { from: '10.0.0.1', to: '10.0.0.2', fromPort: 7000, toPort: 9000 };

function subject(options: MemoryAdapterOptions): ComplianceSubject {
  const { adapter, os } = createMemoryAdapter(options);
  const received: Uint8Array[] = [];
  const split = createSplitter();
  os.onReceive = (packet) => {
    split(packet, (piece) => received.push(piece.slice(OFFLOAD_HEADER_BYTES + 28)));
  };
  return {
    adapter,
    inbound,
    outboundPort: outbound.toPort,
    received,
    sendDatagrams: (payloads) => void os.send(...payloads.map((payload) => adapterPacket(buildUdp(outbound, payload)))),
    sendSegmented: (payload, size) => void os.send(buildSuperPacket(buildUdp(outbound, payload), size)),
    removeInterface: () => os.removeInterface(),
    [Symbol.dispose]: () => adapter[Symbol.dispose](),
  };
}

describeAdapterCompliance('the memory adapter', async () => subject({}));
describeAdapterCompliance('the memory adapter without offload', async () =>
  subject({ offload: { tcp: false, udp: false } }),
);

describe('the memory OS', () => {
  const packet = adapterPacket(buildUdp(inbound, Uint8Array.of(1, 2, 3)));

  test('keeps copies of what was written until they are taken', () => {
    const { adapter, os } = createMemoryAdapter();
    const own = new Uint8Array(packet);
    adapter.write(own);
    own.fill(0);
    expect(os.takeReceived()).toEqual([packet]);
    expect(os.takeReceived()).toEqual([]);
  });

  test('copies Buffers too, whose own slice copies nothing', () => {
    const { adapter, os } = createMemoryAdapter();
    const written = Buffer.from(packet);
    adapter.write(written);
    written.fill(0);
    expect(os.takeReceived()).toEqual([packet]);
    adapter.start({ onPackets: () => undefined, onFailure: () => undefined });
    const sent = Buffer.from(packet);
    os.send(sent);
    expect(sent).toEqual(Buffer.from(packet));
  });

  test('refuses writes when told to', () => {
    const { adapter, os } = createMemoryAdapter();
    os.refusing = true;
    expect(adapter.write(packet)).toBe(false);
    os.refusing = false;
    expect(adapter.write(packet)).toBe(true);
    expect(adapter.counters).toEqual({ read: 0, written: 1, refused: 1 });
  });

  test('says how many packets were dropped', () => {
    const { adapter, os } = createMemoryAdapter();
    expect(os.send(packet, new Uint8Array(3))).toBe(1);
    os.removeInterface();
    expect(os.send(packet, packet)).toBe(2);
    expect(adapter.counters.read).toBe(0);
  });

  test('TCP super-packets are split where UDP ones are not', () => {
    const { adapter, os } = createMemoryAdapter({ offload: { tcp: false, udp: true } });
    const payload = new Uint8Array(3000).fill(7);
    adapter.write(buildSuperPacket(buildTcp(inbound, { sequence: 1, flags: 16 }, payload), 1000));
    const parts = os.takeReceived();
    expect(concatBytes(...parts.map((part) => part.subarray(OFFLOAD_HEADER_BYTES + 40)))).toEqual(payload);
    adapter.write(buildSuperPacket(buildUdp(inbound, payload), 1000));
    expect(os.takeReceived()).toHaveLength(1);
    expect(parts).toHaveLength(3);
  });

  test('a reader that makes the OS send gets that as the next batch', () => {
    const { adapter, os } = createMemoryAdapter();
    const sizes: number[] = [];
    adapter.start({
      onPackets: (packets) => {
        if (sizes.push(packets.length) === 1) os.send(packet);
      },
      onFailure: () => {},
    });
    os.send(packet, packet);
    expect(sizes).toEqual([2, 1]);
  });
});
