import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { adapterPacket } from '#native/offload-header.ts';
import { buildTcp, buildUdp, prohibitedReply } from '#native/packet-builders.ts';
import { OFFLOAD_HEADER_BYTES } from '#protocol/tunnel-messages.ts';
import { unreachableIn } from './unreachable.ts';

const IPV4 = { from: '100.64.0.1', to: '100.64.0.2', fromPort: 50_000, toPort: 80 };
const IPV6 = { from: 'fd00::1', to: 'fd00::2', fromPort: 50_000, toPort: 80 };
const SYN = { sequence: 1, flags: 2 };

test.each([
  ['tcp', IPV4, buildTcp(IPV4, SYN, new Uint8Array())],
  ['tcp', IPV6, buildTcp(IPV6, SYN, new Uint8Array())],
  ['udp', IPV4, buildUdp(IPV4, new Uint8Array(9))],
  ['udp', IPV6, buildUdp(IPV6, new Uint8Array(9))],
])('%s, %j: where the packet went that was prohibited', (protocol, { to }, packet) => {
  const reply = prohibitedReply(adapterPacket(packet)) ?? new Uint8Array();
  const expected = { protocol, address: to, port: 80, why: 'prohibited' };
  expect(unreachableIn(reply, OFFLOAD_HEADER_BYTES)).toEqual(expected);
  // The same with another code is no prohibition.
  const other = new Uint8Array(reply);
  other[OFFLOAD_HEADER_BYTES + (to.includes(':') ? 41 : 21)] = to.includes(':') ? 4 : 3;
  expect(unreachableIn(other, OFFLOAD_HEADER_BYTES)).toEqual({ ...expected, why: 'unreachable' });
  for (let length = 0; length < reply.length; length++) {
    expect(() => unreachableIn(reply.subarray(0, length), OFFLOAD_HEADER_BYTES)).not.toThrow();
  }
});

test('other packets say nothing of that, whatever is in them', () => {
  expect(unreachableIn(buildTcp(IPV4, SYN, new Uint8Array()), 0)).toBeUndefined();
  expect(unreachableIn(buildUdp(IPV6, new Uint8Array(9)), 0)).toBeUndefined();
  // Throws nothing.
  for (let i = 0; i < 10_000; i++) unreachableIn(randomBytes(i % 120), 0);
});
