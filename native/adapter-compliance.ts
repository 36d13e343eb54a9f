/**
 * What every adapter has to do, as one Vitest suite that each of them runs. Sees an adapter and the
 * operating system behind it only through {@link ComplianceSubject}.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { concatBytes } from '#protocol/encoding.ts';
import { LIMITS } from '#protocol/limits.ts';
import { OFFLOAD_HEADER_BYTES } from '#protocol/tunnel-messages.ts';
import type { Adapter, AdapterPacket, AdapterReader } from './adapter.ts';
import { createSplitter } from './offload.ts';
import { adapterPacket, GSO, gsoTypeOf, readOffloadHeader } from './offload-header.ts';
import { buildSuperPacket, buildTcp, buildUdp, buildUnfinished, type PortEnds } from './packet-builders.ts';
import { PROTOCOL, portsOf, transportOf } from './packets.ts';
import { readPacket } from './reference.ts';

/** A fresh adapter, not started, and a UDP program on the machine that it belongs to. Disposal frees both. */
export interface ComplianceSubject extends Disposable {
  readonly adapter: Adapter;
  /** A program of the machine sends one datagram each, at once, into the adapter. */
  sendDatagrams(payloads: readonly Uint8Array[]): void;
  /** The same with one large send that the system cuts into datagrams of `size` (UDP_SEGMENT). */
  sendSegmented(payload: Uint8Array, size: number): void;
  /** Of datagrams that the program receives. */
  readonly inbound: PortEnds;
  /** Port that the program sends to; other packets that the system sends by itself are not looked at. */
  readonly outboundPort: number;
  /** What the program has received so far. */
  readonly received: readonly Uint8Array[];
  /** Deletes the interface behind the adapter's back. */
  removeInterface(): void;
}

class Collector implements AdapterReader {
  readonly batches: AdapterPacket[][] = [];
  readonly failures: Error[] = [];
  readonly #port: number;
  afterBatch: ((packets: readonly AdapterPacket[]) => void) | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  onPackets(packets: readonly AdapterPacket[]): void {
    const own = packets.filter((packet) => portsOf(packet, OFFLOAD_HEADER_BYTES)?.destination === this.#port);
    if (own.length === 0) return;
    this.batches.push(own.map((packet) => new Uint8Array(packet)));
    this.afterBatch?.(packets);
  }

  onFailure(error: Error): void {
    this.failures.push(error);
  }

  get packets(): AdapterPacket[] {
    return this.batches.flat();
  }

  /** Resolves when `count` packets are there. */
  async until(count: number): Promise<void> {
    await vi.waitFor(() => expect(this.packets.length).toBeGreaterThanOrEqual(count), { timeout: 10_000, interval: 2 });
  }
}

const split = createSplitter();

/** Payloads of what an adapter packet stands for, each of its packets having been found right. */
function payloadsOf(packet: AdapterPacket): Uint8Array[] {
  const payloads: Uint8Array[] = [];
  const count = split(packet, (piece) => {
    const read = readPacket(piece.slice(OFFLOAD_HEADER_BYTES));
    expect(read.faults).toEqual([]);
    payloads.push(read.payload);
  });
  expect(count).toBeGreaterThan(0);
  return payloads;
}

/** Distinct payloads, `size` bytes each. */
function numbered(count: number, size: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) =>
    Uint8Array.from({ length: size }, (_, j) => (j === 0 ? i >> 8 : i + j)),
  );
}

/** Lets everything that the event loop knows to be ready happen. */
async function turnLoop(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

export function describeAdapterCompliance(
  what: string,
  create: () => Promise<ComplianceSubject>,
  options: { readonly skip?: string | undefined } = {},
): void {
  describe.skipIf(options.skip !== undefined)(
    `${what} complies${options.skip ? ` (skipped: ${options.skip})` : ''}`,
    () => {
      let subject: ComplianceSubject;
      let adapter: Adapter;
      let reader: Collector;

      beforeEach(async () => {
        subject = await create();
        adapter = subject.adapter;
        reader = new Collector(subject.outboundPort);
      });

      afterEach(() => subject[Symbol.dispose]());

      const receives = async (payloads: readonly Uint8Array[]) => {
        await vi.waitFor(() => expect(subject.received.length).toBeGreaterThanOrEqual(payloads.length), {
          timeout: 10_000,
        });
        expect(subject.received).toEqual(payloads);
      };

      test('packets arrive whole and in order, those ready together in one batch', async () => {
        adapter.start(reader);
        const payloads = [...numbered(30, 40), ...numbered(30, 1300)];
        subject.sendDatagrams(payloads);
        await reader.until(60);
        expect(reader.packets.flatMap(payloadsOf)).toEqual(payloads);
        // Not all of them: a busy computer may read while the last are still being sent.
        expect(Math.max(...reader.batches.map((batch) => batch.length))).toBeGreaterThan(3);
        expect(adapter.counters.read).toBeGreaterThanOrEqual(60);
      });

      test('a batch is bounded', async () => {
        subject.sendDatagrams(numbered(2 * LIMITS.ADAPTER_BATCH_MAX_PACKETS.value - 20, 20));
        adapter.start(reader);
        await reader.until(2 * LIMITS.ADAPTER_BATCH_MAX_PACKETS.value - 20);
        const largest = Math.max(...reader.batches.map((batch) => batch.length));
        expect(largest).toBeLessThanOrEqual(LIMITS.ADAPTER_BATCH_MAX_PACKETS.value);
      });

      test('what a reader does to a packet reaches no other, now or later', async () => {
        reader.afterBatch = (packets) => {
          for (const packet of packets) packet.fill(0xff);
        };
        adapter.start(reader);
        const payloads = numbered(40, 100);
        subject.sendDatagrams(payloads);
        await reader.until(40);
        subject.sendDatagrams(payloads);
        await reader.until(80);
        expect(reader.packets.flatMap(payloadsOf)).toEqual([...payloads, ...payloads]);
      });

      test('what is written reaches the program', async () => {
        const payloads = numbered(20, 300);
        for (const payload of payloads) {
          expect(adapter.write(adapterPacket(buildUdp(subject.inbound, payload)))).toBe(true);
        }
        await receives(payloads);
        expect(adapter.counters).toMatchObject({ written: 20, refused: 0 });
      });

      test('a checksum that the sender’s kernel left open is no obstacle', async () => {
        const payloads = numbered(3, 333);
        for (const payload of payloads) {
          expect(adapter.write(buildUnfinished(buildUdp(subject.inbound, payload)))).toBe(true);
        }
        await receives(payloads);
      });

      test('a written super-packet arrives as the datagrams that it stands for', async () => {
        const payload = concatBytes(...numbered(7, 1000), ...numbered(1, 500));
        expect(adapter.write(buildSuperPacket(buildUdp(subject.inbound, payload), 1000))).toBe(true);
        await receives(Array.from({ length: 8 }, (_, i) => payload.subarray(i * 1000, i * 1000 + 1000)));
        expect(adapter.counters.written).toBe(1);
      });

      test('a large send is handed over in one piece if that was granted, in ordinary packets if not', async () => {
        adapter.start(reader);
        const payload = concatBytes(...numbered(8, 1000));
        subject.sendSegmented(payload, 1000);
        await reader.until(adapter.offload.udp ? 1 : 8);
        expect(concatBytes(...reader.packets.flatMap(payloadsOf))).toEqual(payload);
        for (const packet of reader.packets) {
          if (adapter.offload.udp) {
            expect(gsoTypeOf(packet)).toBe(GSO.UDP);
            expect(readOffloadHeader(packet).gsoSize).toBe(1000);
          } else expect(packet.length).toBeLessThanOrEqual(OFFLOAD_HEADER_BYTES + adapter.mtu);
        }
        expect(transportOf(reader.packets[0] as Uint8Array, OFFLOAD_HEADER_BYTES)?.protocol).toBe(PROTOCOL.UDP);
      });

      const ip = buildTcp(
        { from: '10.0.0.1', to: '10.0.0.2', fromPort: 1, toPort: 2 },
        { sequence: 1, flags: 16 },
        new Uint8Array(3000),
      );
      test.each([
        ['nothing', new Uint8Array()],
        ['an offload header alone', new Uint8Array(OFFLOAD_HEADER_BYTES)],
        ['an unknown IP version', adapterPacket(Uint8Array.from({ length: 60 }, () => 0x10))],
        ['a checksum field behind the end', adapterPacket(ip, { flags: 1, checksumStart: 3030, checksumOffset: 16 })],
        ['segments of no length', buildSuperPacket(ip, 0)],
        [
          'an unknown offload',
          adapterPacket(ip, { flags: 1, gsoType: 77, gsoSize: 100, checksumStart: 20, checksumOffset: 16 }),
        ],
      ])('writing %s is refused and counted, and harms nothing', async (_what, packet) => {
        expect(adapter.write(packet)).toBe(false);
        expect(adapter.counters).toMatchObject({ written: 0, refused: 1 });
        const payloads = numbered(1, 10);
        expect(adapter.write(adapterPacket(buildUdp(subject.inbound, payloads[0] as Uint8Array)))).toBe(true);
        await receives(payloads);
      });

      test('a removed interface is reported once, and nothing works after it', async () => {
        adapter.start(reader);
        subject.removeInterface();
        await vi.waitFor(() => expect(reader.failures).toHaveLength(1), { timeout: 10_000 });
        expect(reader.failures[0]).toMatchObject({ code: 'ADAPTER_FAILED' });
        expect(adapter.write(adapterPacket(buildUdp(subject.inbound, new Uint8Array(1))))).toBe(false);
        adapter[Symbol.dispose]();
        await turnLoop();
        expect(reader.failures).toHaveLength(1);
      });

      test('disposed of, it is silent, refuses, and can be disposed of again', async () => {
        adapter.start(reader);
        adapter[Symbol.dispose]();
        adapter[Symbol.dispose]();
        expect(adapter.write(adapterPacket(buildUdp(subject.inbound, new Uint8Array(1))))).toBe(false);
        await turnLoop();
        expect([reader.packets, reader.failures]).toEqual([[], []]);
      });

      test('a reader may dispose of it from inside a batch', async () => {
        reader.afterBatch = () => adapter[Symbol.dispose]();
        adapter.start(reader);
        subject.sendDatagrams(numbered(1, 10));
        await reader.until(1);
        await turnLoop();
        expect([reader.batches.length, reader.failures.length]).toEqual([1, 0]);
      });

      test('it is started once', () => {
        adapter.start(reader);
        expect(() => adapter.start(reader)).toThrow();
      });
    },
  );
}
