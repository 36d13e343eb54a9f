/**
 * The splitting of super-packets with the kernel as judge, on real TCP. A reflector swaps the two addresses
 * of each packet, which leaves every checksum right, so that one kernel talks to itself through the
 * adapters: it connects to THEIRS and is answered by its own listener.
 */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OFFLOAD_HEADER_BYTES } from '#protocol/tunnel-messages.ts';
import type { Adapter, AdapterPacket } from '../adapter.ts';
import { createSplitter } from '../offload.ts';
import { GSO, gsoTypeOf } from '../offload-header.ts';
import { ipVersion } from '../packets.ts';
import { readPacket } from '../reference.ts';
import { enterTestNamespace, type TestNamespace, whyNoTun } from './test-namespace.ts';
import { openTun } from './tun-adapter.ts';

const skip = whyNoTun();
const NAME = 'cwnat1';
const MTU = 1500;
const CONTENT = 4_000_000;

let namespace: TestNamespace;
beforeAll(() => {
  if (skip === undefined) namespace = enterTestNamespace();
});
afterAll(() => {
  if (skip === undefined) namespace[Symbol.dispose]();
});

const ADDRESSES = {
  4: { ours: '10.98.0.1', theirs: '10.98.0.2', prefix: 24, options: '' },
  6: { ours: 'fd98::1', theirs: 'fd98::2', prefix: 64, options: ' nodad' },
} as const;

function swapAddresses(packet: AdapterPacket): void {
  const v4 = ipVersion(packet, OFFLOAD_HEADER_BYTES) === 4;
  const [at, size] = v4 ? [OFFLOAD_HEADER_BYTES + 12, 4] : [OFFLOAD_HEADER_BYTES + 8, 16];
  const source = packet.slice(at, at + size);
  packet.copyWithin(at, at + size, at + 2 * size);
  packet.set(source, at + size);
}

/** Sends random content over TCP through `reflect`; whether it comes out equal at the other end. */
async function transfer(version: 4 | 6, reflect: (adapter: Adapter, packet: AdapterPacket) => void): Promise<boolean> {
  const { ours, theirs, prefix, options } = ADDRESSES[version];
  using adapter = openTun({ name: NAME, mtu: MTU });
  if (version === 6) namespace.ip(`link set ${NAME} addrgenmode none`);
  namespace.ip(`link set ${NAME} up`);
  namespace.ip(`addr add ${ours}/${prefix} dev ${NAME}${options}`);
  adapter.start({
    onPackets: (packets) => {
      for (const packet of packets) {
        swapAddresses(packet);
        reflect(adapter, packet);
      }
    },
    onFailure: (error) => {
      throw error;
    },
  });
  const content = randomBytes(CONTENT);
  const hash = createHash('sha256');
  const server = createServer((socket) => socket.on('data', (chunk) => hash.update(chunk)));
  server.listen(0, ours);
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const accepted = once(server, 'connection');
  const client = connect(port, theirs);
  client.end(content);
  const [serving] = await accepted;
  await once(serving, 'end');
  serving.end();
  await once(client, 'close');
  server.close();
  await once(server, 'close');
  return hash.digest('hex') === createHash('sha256').update(content).digest('hex');
}

/** Segments that the kernel of this namespace threw away for their checksum (RFC 4022 tcpInErrs, here InCsumErrors). */
function checksumErrors(): number {
  const [names, values] = readFileSync('/proc/thread-self/net/snmp', 'latin1')
    .split('\n')
    .filter((line) => line.startsWith('Tcp:'))
    .map((line) => line.split(' '));
  return Number(values?.[names?.indexOf('InCsumErrors') ?? -1]);
}

describe.skipIf(skip !== undefined).each([4, 6] as const)(
  `TCP over IPv%i${skip ? ` (skipped: ${skip})` : ''}`,
  (version) => {
    beforeAll(() => {
      if (version === 6) namespace.enableIpv6();
    });

    test('super-packets pass through two adapters whole', async () => {
      let superPackets = 0;
      const equal = await transfer(version, (adapter, packet) => {
        const type = gsoTypeOf(packet);
        if (type === GSO.TCP_IPV4 || type === GSO.TCP_IPV6) superPackets++;
        adapter.write(packet);
      });
      expect(equal).toBe(true);
      expect(superPackets).toBeGreaterThan(0);
    });

    test('split, every packet is right by the reference, and the kernel takes them all', async () => {
      const split = createSplitter();
      const before = checksumErrors();
      let [largest, superPackets, packets, malformed] = [0, 0, 0, 0];
      const faults: string[] = [];
      const equal = await transfer(version, (adapter, packet) => {
        if (gsoTypeOf(packet) !== GSO.NONE) superPackets++;
        const pieces = split(packet, (piece) => {
          largest = Math.max(largest, piece.length - OFFLOAD_HEADER_BYTES);
          // The reference is slow: it judges a sample of a few hundred.
          if (packets++ % 16 === 0) faults.push(...readPacket(piece.subarray(OFFLOAD_HEADER_BYTES)).faults);
          adapter.write(piece);
        });
        if (pieces === 0) malformed++;
      });
      expect({ equal, faults, malformed }).toEqual({ equal: true, faults: [], malformed: 0 });
      expect(largest).toBe(MTU);
      expect(superPackets).toBeGreaterThan(0);
      expect(checksumErrors()).toBe(before);
    });

    test('a split that got a checksum wrong would be noticed by the kernel', async () => {
      const split = createSplitter();
      const before = checksumErrors();
      let packets = 0;
      const equal = await transfer(version, (adapter, packet) => {
        split(packet, (piece) => {
          const damaged = packets++ === 100;
          if (damaged) piece[piece.length - 1] = (piece[piece.length - 1] as number) ^ 1;
          adapter.write(piece);
        });
      });
      expect(equal).toBe(true);
      expect(checksumErrors()).toBe(before + 1);
    });
  },
);
