/**
 * Overlay addresses: pure derivation and text forms. Which IPv4 address a machine really has is the
 * control plane's to decide (collisions); the IPv6 address follows from the ids alone.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, fromHex, utf8 } from './encoding.ts';
import type { MachineId, SubscriptionId } from './ids.ts';

/** Shared address space (RFC 6598), out of which the overlay's IPv4 addresses come. */
export const IPV4_RANGE = '100.64.0.0/10';
const IPV4_BASE = 0x64400000;
const IPV4_HOST_BITS = 22;

/** Prefix length of a subscription's unique local range (RFC 4193 §3.1). */
export const IPV6_PREFIX_LENGTH = 48;

/**
 * fd + 40 bits of SHA-256 (RFC 4193 §3.2.2, with the subscription id for the clock and EUI-64), 6 bytes.
 */
export function ipv6Prefix(subscription: SubscriptionId): Uint8Array {
  const digest = sha256(concatBytes(utf8('causeway ula\0'), fromHex(subscription)));
  return concatBytes(Uint8Array.of(0xfd), digest.subarray(0, 5));
}

/** The subscription's range in CIDR form, `fd12:3456:789a::/48`. */
export function ipv6Range(subscription: SubscriptionId): string {
  return `${formatIpv6(concatBytes(ipv6Prefix(subscription), new Uint8Array(10)))}/${IPV6_PREFIX_LENGTH}`;
}

/** A machine's stable address: prefix(6), subnet(2) = 0, 64 bits of SHA-256 of its id. */
export function ipv6Address(subscription: SubscriptionId, machine: MachineId): string {
  const digest = sha256(concatBytes(utf8('causeway interface\0'), fromHex(machine)));
  return formatIpv6(concatBytes(ipv6Prefix(subscription), new Uint8Array(2), digest.subarray(0, 8)));
}

/**
 * The `attempt`th address to try for a machine, from 0: its hash first, then the next ones, round the
 * range. The first and last 256 addresses are never given out.
 */
export function ipv4Candidate(machine: MachineId, attempt: number): string {
  const digest = sha256(concatBytes(utf8('causeway ipv4\0'), fromHex(machine)));
  const hosts = 2 ** IPV4_HOST_BITS - 512;
  const start = new DataView(digest.buffer, digest.byteOffset).getUint32(0) % hosts;
  const number = IPV4_BASE + 256 + ((start + attempt) % hosts);
  return [number >>> 24, (number >>> 16) & 255, (number >>> 8) & 255, number & 255].join('.');
}

/** RFC 5952 text of 16 bytes. */
export function formatIpv6(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] as number) << 8) | (bytes[2 * i + 1] as number));
  let best = { start: -1, length: 1 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  const text = (part: number[]) => part.map((group) => group.toString(16)).join(':');
  if (best.start < 0) return text(groups);
  return `${text(groups.slice(0, best.start))}::${text(groups.slice(best.start + best.length))}`;
}

/**
 * 16 bytes of an IPv6 address; also reads an embedded dotted quad.
 * @throws RangeError
 */
export function parseIpv6(text: string): Uint8Array {
  const quad = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (quad) {
    const [a, b, c, d] = parseIpv4(quad[2] as string) as unknown as [number, number, number, number];
    return parseIpv6(`${quad[1]}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`);
  }
  const halves = text.split('::');
  const parse = (half: string | undefined) => (half ? half.split(':') : []);
  const [head, tail] = [parse(halves[0]), parse(halves[1])];
  const missing = 8 - head.length - tail.length;
  if (halves.length > 2 || (halves.length === 2 ? missing < 1 : missing !== 0))
    throw new RangeError('not an IPv6 address');
  const groups = [...head, ...Array<string>(missing).fill('0'), ...tail];
  const bytes = new Uint8Array(16);
  groups.forEach((group, i) => {
    if (!/^[0-9a-fA-F]{1,4}$/.test(group)) throw new RangeError('not an IPv6 address');
    const value = Number.parseInt(group, 16);
    bytes[2 * i] = value >>> 8;
    bytes[2 * i + 1] = value & 255;
  });
  return bytes;
}

/**
 * 4 bytes of a dotted quad.
 * @throws RangeError
 */
export function parseIpv4(text: string): Uint8Array {
  const parts = text.split('.');
  if (parts.length !== 4 || parts.some((part) => !/^(?:0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255)) {
    throw new RangeError('not an IPv4 address');
  }
  return Uint8Array.from(parts, Number);
}

export function isIpv6(text: string): boolean {
  return text.includes(':');
}
