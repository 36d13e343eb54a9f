import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes, fromHex } from '#protocol/encoding.ts';
import { buildTcp, buildUdp } from './packet-builders.ts';
import { addressKey, destinationKey, ipVersion, PROTOCOL, portsOf, sourceKey, transportOf } from './packets.ts';

const V4 = { from: '100.64.1.2', to: '100.127.255.254', fromPort: 40_000, toPort: 1433 };
const V6 = { from: 'fd12:3456:789a::1', to: 'fd12:3456:789a::ffee', fromPort: 40_000, toPort: 1433 };
const NOTHING = new Uint8Array();

describe.each([
  [4 as const, V4],
  [6 as const, V6],
])('IPv%i', (version, ends) => {
  const packet = buildUdp(ends, NOTHING);
  const shifted = concatBytes(new Uint8Array(10), packet);

  test.each([
    [0, packet],
    [10, shifted],
  ])('is read at offset %i', (at, bytes) => {
    expect(ipVersion(bytes, at)).toBe(version);
    expect(sourceKey(bytes, at)).toBe(addressKey(ends.from));
    expect(destinationKey(bytes, at)).toBe(addressKey(ends.to));
    expect(portsOf(bytes, at)).toEqual({ source: 40_000, destination: 1433 });
  });

  test('cut in its fixed header is of no version', () => {
    const cut = packet.subarray(0, version === 4 ? 19 : 39);
    expect([ipVersion(cut, 0), sourceKey(cut, 0), destinationKey(cut, 0), transportOf(cut, 0)]).toEqual([
      0,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

test('different addresses have different keys', () => {
  const octets = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)).map((parts) => parts.join('.'));
  fc.assert(fc.property(octets, octets, (a, b) => (addressKey(a) === addressKey(b)) === (a === b)));
  const groups = fc.array(fc.nat(65_535), { minLength: 8, maxLength: 8 });
  const v6 = groups.map((list) => list.map((group) => group.toString(16)).join(':'));
  fc.assert(fc.property(v6, v6, (a, b) => (addressKey(a) === addressKey(b)) === (a === b)));
});

test('IPv4 options are stepped over', () => {
  const packet = buildTcp(V4, { sequence: 1, flags: 2 }, NOTHING);
  const optioned = concatBytes(packet.subarray(0, 20), fromHex('01010101'), packet.subarray(20));
  optioned[0] = 0x46;
  expect(transportOf(optioned, 0)).toEqual({ version: 4, protocol: PROTOCOL.TCP, at: 24, laterFragment: false });
  expect(portsOf(optioned, 0)).toEqual({ source: 40_000, destination: 1433 });
});

describe('IPv6 extension headers', () => {
  const withExtensions = (first: number, extensions: string) => {
    const packet = buildUdp(V6, NOTHING);
    packet[6] = first;
    return concatBytes(packet.subarray(0, 40), fromHex(extensions), packet.subarray(40));
  };

  test.each([
    ['hop-by-hop', 0, '1100050200000100', 48, false],
    ['hop-by-hop, then destination options', 0, '3c000502000001001100010400000000', 56, false],
    ['routing of 16 bytes', 43, '11010000000000000000000000000000', 56, false],
    ['first fragment', 44, '1100000100000001', 48, false],
    ['later fragment', 44, '1100000900000001', 48, true],
  ])('%s', (_name, first, extensions, at, laterFragment) => {
    const packet = withExtensions(first, extensions);
    expect(transportOf(packet, 0)).toEqual({ version: 6, protocol: PROTOCOL.UDP, at, laterFragment });
    expect(portsOf(packet, 0)).toEqual(laterFragment ? undefined : { source: 40_000, destination: 1433 });
  });

  test('one that ends behind the packet is malformed', () => {
    expect(transportOf(withExtensions(0, '11ff050200000100'), 0)).toBeUndefined();
  });
});

test('a later IPv4 fragment has no ports', () => {
  const packet = buildUdp(V4, NOTHING);
  packet[7] = 1;
  expect(transportOf(packet, 0)?.laterFragment).toBe(true);
  expect(portsOf(packet, 0)).toBeUndefined();
});

test('any bytes are read without an exception, and never past their end', () => {
  const looksLikeIp = fc
    .tuple(fc.constantFrom(0x45, 0x4f, 0x60), fc.uint8Array({ maxLength: 120 }))
    .map(([first, rest]) => Uint8Array.of(first, ...rest));
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 80 }), looksLikeIp), fc.nat(20), (bytes, at) => {
      const transport = transportOf(bytes, at);
      portsOf(bytes, at);
      expect(sourceKey(bytes, at) === undefined).toBe(ipVersion(bytes, at) === 0);
      expect(destinationKey(bytes, at) === undefined).toBe(ipVersion(bytes, at) === 0);
      if (transport !== undefined) expect(transport.at).toBeLessThanOrEqual(bytes.length);
    }),
  );
});
