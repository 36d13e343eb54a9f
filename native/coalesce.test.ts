import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LIMITS } from '#protocol/limits.ts';
import { OFFLOAD_HEADER_BYTES } from '#protocol/tunnel-messages.ts';
import type { AdapterPacket } from './adapter.ts';
import { foldChecksum, sumWords } from './checksum.ts';
import { createCoalescer } from './coalesce.ts';
import { createSplitter } from './offload.ts';
import { buildSuperPacket, buildTcp, buildUdp, buildUnfinished } from './packet-builders.ts';
import { write16 } from './packets.ts';
import { readPacket } from './reference.ts';

const V4 = { from: '100.64.1.2', to: '100.64.3.4', fromPort: 5000, toPort: 6000 };
const V6 = { from: 'fd00::1', to: 'fd00::2', fromPort: 5000, toPort: 6000 };
const ACK = 0x10;
const PSH = 0x08;
const FIN = 0x01;
const SIZE = 1_000;
const TIMESTAMPS = Uint8Array.of(1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2);

interface Piece {
  readonly bytes: number;
  readonly flags?: number;
  readonly options?: Uint8Array;
  readonly acknowledgement?: number;
  /** Left out before it. */
  readonly gap?: number;
  readonly fromPort?: number;
}

/** What the kernel hands over for these pieces of one connection: super-packets where a piece has several segments. */
function packetsOf(ends: typeof V4, pieces: readonly Piece[], from = 0xffff_fff0, size = SIZE): AdapterPacket[] {
  let sequence = from;
  return pieces.map((piece, index) => {
    sequence += piece.gap ?? 0;
    const payload = Uint8Array.from({ length: piece.bytes }, (_, at) => index * 7 + at);
    const fields = {
      sequence: sequence % 2 ** 32,
      flags: piece.flags ?? ACK,
      options: piece.options ?? TIMESTAMPS,
      acknowledgement: piece.acknowledgement ?? 77,
    };
    sequence += piece.bytes;
    const ip = dontFragment(buildTcp({ ...ends, fromPort: piece.fromPort ?? ends.fromPort }, fields, payload), index);
    return piece.bytes > size ? buildSuperPacket(ip, size) : buildUnfinished(ip);
  });
}

/** As Linux sends TCP: "don't fragment", and an identification that counts. */
function dontFragment(ip: Uint8Array, identification: number): Uint8Array {
  if ((ip[0] as number) >> 4 === 6) return ip;
  write16(ip, 4, identification);
  write16(ip, 6, 0x4000);
  write16(ip, 10, 0);
  write16(ip, 10, foldChecksum(sumWords(ip, 0, 20, 0)));
  return ip;
}

/** The ordinary packets that these stand for, as hex, without what may differ: PSH, checksums, IPv4 identification. */
function segmentsOf(packets: readonly AdapterPacket[]): string[] {
  const split = createSplitter();
  const segments: string[] = [];
  for (const packet of packets) {
    const pieces = split(packet, (piece) => {
      const ip = piece.slice(OFFLOAD_HEADER_BYTES);
      expect(readPacket(ip).faults).toEqual([]);
      const tcp = (ip[0] as number) >> 4 === 4 ? 20 : 40;
      if (tcp === 20) ip.fill(0, 4, 6).fill(0, 10, 12);
      ip[tcp + 13] = (ip[tcp + 13] as number) & ~PSH;
      ip.fill(0, tcp + 16, tcp + 18);
      segments.push(Buffer.from(ip).toString('hex'));
    });
    expect(pieces).toBeGreaterThan(0);
  }
  return segments;
}

function flagsOf(packet: AdapterPacket | undefined): number | undefined {
  return packet?.[OFFLOAD_HEADER_BYTES + ((packet[OFFLOAD_HEADER_BYTES] as number) >> 4 === 4 ? 20 : 40) + 13];
}

function coalesced(packets: readonly AdapterPacket[]): AdapterPacket[] {
  return createCoalescer()(packets).map((packet) => new Uint8Array(packet));
}

describe.each([
  ['IPv4', V4],
  ['IPv6', V6],
])('a transfer over %s', (_name, ends) => {
  it('becomes one packet, with a short segment at its end', () => {
    const packets = packetsOf(ends, [
      { bytes: SIZE },
      { bytes: 3 * SIZE },
      { bytes: 2 * SIZE },
      { bytes: 10, flags: ACK | PSH },
    ]);
    const before = packets.map((packet) => new Uint8Array(packet));
    const merged = coalesced(packets);
    expect(merged).toHaveLength(1);
    expect(flagsOf(merged[0])).toBe(ACK | PSH);
    expect(segmentsOf(merged)).toEqual(segmentsOf(before));
    expect(packets).toEqual(before);
  });

  it('stays the same bytes, however it was cut', () => {
    const piece = fc.record({
      bytes: fc.oneof(fc.constantFrom(SIZE, 2 * SIZE, 5 * SIZE), fc.integer({ min: 1, max: 4 * SIZE })),
      flags: fc.constantFrom(ACK, ACK, ACK, ACK | PSH, ACK | FIN),
      gap: fc.constantFrom(0, 0, 0, SIZE),
      acknowledgement: fc.constantFrom(77, 77, 77, 78),
      fromPort: fc.constantFrom(5000, 5000, 5000, 5001),
      options: fc.constantFrom(TIMESTAMPS, TIMESTAMPS, new Uint8Array(0)),
    });
    const property = fc.property(
      fc.array(piece, { maxLength: 30 }),
      fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      (pieces, from) => {
        const packets = packetsOf(ends, pieces, from);
        const merged = coalesced(packets);
        expect(merged.length).toBeLessThanOrEqual(packets.length);
        expect(segmentsOf(merged)).toEqual(segmentsOf(packets));
      },
    );
    fc.assert(property, { numRuns: 200 });
  });

  it.each<[string, readonly Piece[]]>([
    ['something is missing between', [{ bytes: SIZE }, { bytes: SIZE, gap: 1 }]],
    ['it goes back', [{ bytes: SIZE }, { bytes: SIZE, gap: -SIZE }]],
    ['the first is not a full one', [{ bytes: SIZE + 1 }, { bytes: SIZE }]],
    ['the second is larger', [{ bytes: 600 }, { bytes: 601 }]],
    ['the connection ends', [{ bytes: SIZE }, { bytes: SIZE, flags: ACK | FIN }]],
    ['another acknowledgement', [{ bytes: SIZE }, { bytes: SIZE, acknowledgement: 78 }]],
    [
      'another time stamp',
      [{ bytes: SIZE }, { bytes: SIZE, options: Uint8Array.from(TIMESTAMPS, (byte, at) => byte + (at === 7 ? 1 : 0)) }],
    ],
    ['another connection', [{ bytes: SIZE }, { bytes: SIZE, fromPort: 5001 }]],
    ['keystrokes', [{ bytes: 10 }, { bytes: 10 }]],
  ])('is left alone where %s', (_why, pieces) => {
    const packets = packetsOf(ends, pieces);
    expect(createCoalescer()(packets)).toEqual(packets);
  });

  it('grows no larger than a packet can be, and no more than there is memory for', () => {
    const packets = packetsOf(
      ends,
      Array.from({ length: 400 }, () => ({ bytes: 2 * SIZE })),
    );
    const merged = coalesced(packets);
    expect(Math.max(...merged.map(({ length }) => length))).toBeLessThanOrEqual(
      OFFLOAD_HEADER_BYTES + LIMITS.PACKET_MAX_BYTES.value,
    );
    expect(segmentsOf(merged)).toEqual(segmentsOf(packets));
    expect(merged.length).toBeLessThan(packets.length);
  });
});

it('leaves everything else as it is', () => {
  const udp = buildUnfinished(buildUdp(V4, new Uint8Array(SIZE)));
  const fragmentable = buildUnfinished(buildTcp(V4, { sequence: 1, flags: ACK }, new Uint8Array(SIZE)));
  const finished = packetsOf(V4, [{ bytes: SIZE }, { bytes: SIZE }]).map((packet) =>
    packet.fill(0, 0, OFFLOAD_HEADER_BYTES),
  );
  for (const packets of [[udp, udp], [fragmentable, fragmentable], finished, [new Uint8Array(5), new Uint8Array(5)]]) {
    expect(createCoalescer()(packets)).toEqual(packets);
  }
});
