import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '#protocol/encoding.ts';
import { OFFLOAD_HEADER_BYTES } from '#protocol/tunnel-messages.ts';
import { adapterPacket } from './offload-header.ts';
import { buildEcho, buildTcp, buildUdp, prohibitedReply } from './packet-builders.ts';
import { addressKey, destinationKey, ipVersion, sourceKey } from './packets.ts';
import { readPacket } from './reference.ts';

const V4 = { from: '100.64.1.2', to: '100.64.3.4', fromPort: 5000, toPort: 6000 };
const V6 = { from: 'fd00::1', to: 'fd00::2', fromPort: 5000, toPort: 6000 };

describe.each([
  ['IPv4', V4],
  ['IPv6', V6],
])('%s', (_name, ends) => {
  test('UDP and TCP are right by the reference', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(0xffffffff), (payload, sequence) => {
        for (const packet of [buildUdp(ends, payload), buildTcp(ends, { sequence, flags: 0x18 }, payload)]) {
          const read = readPacket(packet);
          expect(read.faults).toEqual([]);
          expect(read.payload).toEqual(payload);
        }
      }),
    );
  });
});

test('an echo request, byte by byte', () => {
  const packet = buildEcho({ from: '10.0.0.1', to: '10.0.0.2' }, 0x1234, 1, fromHex('6869'));
  expect(toHex(packet)).toBe('4500001e00000000400166dd0a0000010a00000208007d61123400016869');
});

describe('the reply to denied traffic', () => {
  const reply = (ip: Uint8Array) => prohibitedReply(adapterPacket(ip))?.subarray(OFFLOAD_HEADER_BYTES);

  test.each([
    ['IPv4', V4, 20, 3, 13],
    ['IPv6', V6, 40, 1, 1],
  ])('%s: goes back to the source, with type and code, and quotes the packet', (_name, ends, header, type, code) => {
    const denied = buildUdp(ends, fromHex('00112233'));
    const answer = reply(denied) as Uint8Array;
    expect(destinationKey(answer, 0)).toBe(addressKey(ends.from));
    expect(sourceKey(answer, 0)).toBe(addressKey(ends.to));
    expect([...answer.subarray(header, header + 2)]).toEqual([type, code]);
    expect(answer.subarray(header + 8)).toEqual(denied);
  });

  test.each([
    ['IPv4', V4, 576],
    ['IPv6', V6, 1280],
  ])('%s: a super-packet is quoted in part only', (_name, ends, size) => {
    expect(reply(buildUdp(ends, new Uint8Array(60_000)))?.length).toBe(size);
  });

  const icmpError = prohibitedReply(adapterPacket(buildUdp(V4, new Uint8Array()))) as Uint8Array;
  const icmpv6Error = prohibitedReply(adapterPacket(buildUdp(V6, new Uint8Array()))) as Uint8Array;
  const fragment = buildUdp(V4, new Uint8Array(8));
  fragment[7] = 1;
  test.each([
    ['an ICMP error', icmpError.subarray(OFFLOAD_HEADER_BYTES)],
    ['an ICMPv6 error', icmpv6Error.subarray(OFFLOAD_HEADER_BYTES)],
    ['a multicast', buildUdp({ ...V4, to: '224.0.0.251' }, new Uint8Array())],
    ['a broadcast', buildUdp({ ...V4, to: '255.255.255.255' }, new Uint8Array())],
    ['an IPv6 multicast', buildUdp({ ...V6, to: 'ff02::fb' }, new Uint8Array())],
    ['no single host', buildUdp({ ...V4, from: '0.0.0.0' }, new Uint8Array())],
    ['the unspecified IPv6 address', buildUdp({ ...V6, from: '::' }, new Uint8Array())],
    ['the IPv6 loopback', buildUdp({ ...V6, from: '::1' }, new Uint8Array())],
    ['a later fragment', fragment],
    ['an ICMP message without a type', buildEcho(V4, 1, 1, new Uint8Array()).subarray(0, 20)],
    ['what is no IP packet', fromHex('00112233')],
  ])('there is none to %s', (_name, ip) => {
    expect(reply(ip)).toBeUndefined();
  });

  test('there is one to an echo request', () => {
    expect(reply(buildEcho(V4, 1, 1, new Uint8Array()))).toBeDefined();
    expect(reply(buildEcho(V6, 1, 1, new Uint8Array()))).toBeDefined();
  });

  test('any bytes get a well-formed reply or none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const answer = reply(bytes);
        if (answer !== undefined) expect(ipVersion(answer, 0)).toBe(ipVersion(bytes, 0));
      }),
    );
  });
});
