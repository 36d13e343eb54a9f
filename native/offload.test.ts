import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes, fromHex } from '#protocol/encoding.ts';
import { LIMITS } from '#protocol/limits.ts';
import { OFFLOAD_HEADER_BYTES } from '#protocol/tunnel-messages.ts';
import { createSplitter } from './offload.ts';
import { adapterPacket, GSO, GSO_ECN } from './offload-header.ts';
import { buildSuperPacket, buildTcp, buildUdp, buildUnfinished } from './packet-builders.ts';
import { write16 } from './packets.ts';
import { readPacket } from './reference.ts';

const V4 = { from: '100.64.1.2', to: '100.64.3.4', fromPort: 5000, toPort: 6000 };
const V6 = { from: 'fd00::1', to: 'fd00::2', fromPort: 5000, toPort: 6000 };
const FIN = 0x01;
const PSH = 0x08;
const CWR = 0x80;

const split = createSplitter();
/** Bare copies of what a packet is split into. */
function pieces(packet: Uint8Array): Uint8Array[] {
  const list: Uint8Array[] = [];
  const count = split(packet, (piece) => {
    if (piece !== packet) expect(piece.subarray(0, OFFLOAD_HEADER_BYTES).some((byte) => byte !== 0)).toBe(false);
    list.push(piece.slice(OFFLOAD_HEADER_BYTES));
  });
  expect(list).toHaveLength(count);
  return list;
}

const cases = {
  ends: fc.constantFrom(V4, V6),
  payload: fc.uint8Array({ minLength: 1, maxLength: 5000 }),
  gsoSize: fc.integer({ min: 4, max: 2000 }),
};

/** The `index`th packet as a sender without offload would have made it: its own IPv4 identification, the rest as built. */
function withIdentification(packet: Uint8Array, index: number): Uint8Array {
  if ((packet[0] as number) >> 4 === 6) return packet;
  write16(packet, 4, index);
  let sum = 0;
  for (let i = 0; i < 20; i += 2) sum += i === 10 ? 0 : (packet[i] as number) * 256 + (packet[i + 1] as number);
  while (sum > 0xffff) sum = (sum % 0x10000) + Math.floor(sum / 0x10000);
  write16(packet, 10, 0xffff - sum);
  return packet;
}

test('TCP: exactly the packets that a sender without offload would have made', () => {
  const fields = fc.record({
    ...cases,
    sequence: fc.nat(0xffffffff),
    flags: fc.nat(255),
    options: fc.constantFrom(new Uint8Array(), fromHex('0101080a0000000100000002')),
  });
  fc.assert(
    fc.property(fields, ({ ends, payload, gsoSize, sequence, flags, options }) => {
      const whole = buildSuperPacket(buildTcp(ends, { sequence, flags, options }, payload), gsoSize);
      if (flags & CWR) whole[1] = (whole[1] as number) | GSO_ECN;
      const expected: Uint8Array[] = [];
      for (let at = 0; at < payload.length; at += gsoSize) {
        const last = at + gsoSize >= payload.length;
        const own = flags & ~(last ? 0 : FIN | PSH) & ~(at > 0 ? CWR : 0);
        const part = payload.subarray(at, at + gsoSize);
        const packet = buildTcp(ends, { sequence: (sequence + at) % 2 ** 32, flags: own, options }, part);
        expected.push(withIdentification(packet, expected.length));
      }
      expect(pieces(whole)).toEqual(expected);
    }),
  );
});

test('UDP: exactly the datagrams that a sender without offload would have made', () => {
  fc.assert(
    fc.property(fc.record(cases), ({ ends, payload, gsoSize }) => {
      const expected: Uint8Array[] = [];
      for (let at = 0; at < payload.length; at += gsoSize) {
        const packet = buildUdp(ends, payload.subarray(at, at + gsoSize));
        expected.push(withIdentification(packet, expected.length));
      }
      expect(pieces(buildSuperPacket(buildUdp(ends, payload), gsoSize))).toEqual(expected);
    }),
  );
});

test('the largest super-packets come out right by the reference', () => {
  const payload = Uint8Array.from({ length: 65_400 }, (_, i) => i * 7);
  for (const ends of [V4, V6]) {
    for (const whole of [buildTcp(ends, { sequence: 0xffff_fff0, flags: 0x10 }, payload), buildUdp(ends, payload)]) {
      const read = pieces(buildSuperPacket(whole, 1448)).map(readPacket);
      expect(read.flatMap((packet) => packet.faults)).toEqual([]);
      expect(concatBytes(...read.map((packet) => packet.payload))).toEqual(payload);
    }
  }
});

test('a checksum that the kernel left to the card is completed', () => {
  fc.assert(
    fc.property(cases.ends, fc.uint8Array({ maxLength: 200 }), (ends, payload) => {
      for (const packet of [buildUdp(ends, payload), buildTcp(ends, { sequence: 1, flags: 2 }, payload)]) {
        expect(pieces(buildUnfinished(packet))).toEqual([packet]);
      }
    }),
  );
});

test('a UDP checksum that comes out as zero is sent as all ones', () => {
  const base = buildUdp(V4, new Uint8Array(2));
  const checksum = readPacket(base).segment.subarray(6, 8);
  const packet = buildUdp(V4, checksum);
  expect([...packet.subarray(26, 28)]).toEqual([0xff, 0xff]);
  expect(pieces(buildUnfinished(packet))).toEqual([packet]);
});

test('an ordinary packet is passed on as it is', () => {
  const packet = adapterPacket(buildUdp(V4, fromHex('0011')));
  const shown: Uint8Array[] = [];
  expect(split(packet, (piece) => shown.push(piece))).toBe(1);
  expect(shown[0]).toBe(packet);
});

test('what the caller does to a piece does not reach the next one', () => {
  const whole = buildSuperPacket(buildUdp(V4, new Uint8Array(300)), 100);
  const expected = pieces(whole);
  const seen: Uint8Array[] = [];
  split(whole, (piece) => {
    seen.push(piece.slice(OFFLOAD_HEADER_BYTES));
    piece.fill(0xdd, OFFLOAD_HEADER_BYTES);
  });
  expect(seen).toEqual(expected);
});

test('IPv6 extension headers are repeated in every packet', () => {
  const plain = buildTcp(V6, { sequence: 9, flags: 0x10 }, new Uint8Array(3000));
  const extended = concatBytes(plain.subarray(0, 40), fromHex('0600050200000100'), plain.subarray(40));
  extended[6] = 0;
  write16(extended, 4, extended.length - 40);
  const parts = pieces(buildSuperPacket(extended, 1000));
  expect(parts.map((part) => part.length)).toEqual([1068, 1068, 1068]);
  for (const part of parts) {
    const bare = concatBytes(part.subarray(0, 40), part.subarray(48));
    bare[6] = 6;
    write16(bare, 4, bare.length - 40);
    expect(readPacket(bare).faults).toEqual([]);
  }
});

describe('a header that does not fit its packet gives nothing', () => {
  const tcp = buildTcp(V4, { sequence: 1, flags: 0x10 }, new Uint8Array(3000));
  const changed = (change: (packet: Uint8Array) => void, ip = tcp) => {
    const packet = buildSuperPacket(ip, 1000);
    change(packet);
    return packet;
  };
  const IP = OFFLOAD_HEADER_BYTES;

  test('while unchanged it gives packets', () => {
    expect(pieces(changed(() => {}))).toHaveLength(3);
  });

  test.each<[string, Uint8Array]>([
    ['empty', new Uint8Array()],
    ['header only', new Uint8Array(IP)],
    ['longer than a packet can be', new Uint8Array(IP + LIMITS.PACKET_MAX_BYTES.value + 1)],
    ['no checksum to complete', changed((packet) => packet.fill(0, 0, 1))],
    ['gso_size 0', changed((packet) => packet.fill(0, 4, 6))],
    ['gso_type of the other IP version', changed((packet) => packet.fill(GSO.TCP_IPV6, 1, 2))],
    ['gso_type of the other protocol', changed((packet) => packet.fill(GSO.UDP, 1, 2))],
    ['unknown gso_type', changed((packet) => packet.fill(3, 1, 2))],
    ['csum_start elsewhere', changed((packet) => packet.fill(24, 6, 7))],
    ['csum_offset elsewhere', changed((packet) => packet.fill(6, 8, 9))],
    ['IP length of another packet', changed((packet) => write16(packet, IP + 2, 1000))],
    ['TCP header under its minimum', changed((packet) => packet.fill(0x40, IP + 32, IP + 33))],
    ['IPv4 header under its minimum', changed((packet) => packet.fill(0x44, IP, IP + 1))],
    ['a later fragment', changed((packet) => packet.fill(1, IP + 7, IP + 8))],
    ['no payload', buildSuperPacket(buildTcp(V4, { sequence: 1, flags: 0x10 }, new Uint8Array()), 1000)],
    ['more packets than allowed', changed((packet) => packet.set([1, 0], 4))],
    ['checksum field behind the end', adapterPacket(tcp, { flags: 1, checksumStart: 3030, checksumOffset: 16 })],
    ['checksum field in the IP header', adapterPacket(tcp, { flags: 1, checksumStart: 4, checksumOffset: 6 })],
  ])('%s', (_name, packet) => {
    expect(pieces(packet)).toEqual([]);
  });

  test('any bytes: no exception, and no more work than allowed', () => {
    const header = fc.tuple(fc.nat(1), fc.constantFrom(0, 1, 4, 5, 0x81), fc.nat(255), fc.nat(255));
    fc.assert(
      fc.property(header, fc.uint8Array({ maxLength: 200 }), ([flags, type, size, start], bytes) => {
        const packet = adapterPacket(bytes, { flags, gsoType: type, gsoSize: size, checksumStart: start });
        expect(pieces(packet).length).toBeLessThanOrEqual(LIMITS.ADAPTER_SPLIT_MAX_PACKETS.value);
      }),
    );
  });
});
