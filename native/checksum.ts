/**
 * The Internet checksum (RFC 1071) and the pseudo-headers of TCP, UDP and ICMPv6. Knows nothing of
 * offloads or adapters.
 *
 * Sums are kept unfolded in a plain number: 2^15 words of a whole packet stay under 2^32, exact in a double.
 */
import { ipVersion, read16 } from './packets.ts';

/** Sum of the big-endian 16-bit words of `bytes[from, to)` on top of `sum`; an odd last byte counts as the high one. */
export function sumWords(bytes: Uint8Array, from: number, to: number, sum: number): number {
  const even = to - ((to - from) & 1);
  let total = sum;
  for (let i = from; i < even; i += 2) total += ((bytes[i] as number) << 8) | (bytes[i + 1] as number);
  return even < to ? total + ((bytes[even] as number) << 8) : total;
}

/** The checksum field that belongs to a sum: folded and complemented. */
export function foldChecksum(sum: number): number {
  let folded = (sum % 0x10000) + Math.floor(sum / 0x10000);
  folded = (folded & 0xffff) + (folded >>> 16);
  return ~folded & 0xffff;
}

/** UDP writes a checksum of zero as all ones, because zero means "none" (RFC 768, RFC 8200 §8.1). */
export function foldUdpChecksum(sum: number): number {
  return foldChecksum(sum) || 0xffff;
}

/**
 * Sum of the pseudo-header (RFC 9293 §3.1, RFC 8200 §8.1) of the IP packet that begins at `ip`.
 * @param length bytes of the transport header and what follows it
 */
export function pseudoHeaderSum(packet: Uint8Array, ip: number, protocol: number, length: number): number {
  const [from, to] = ipVersion(packet, ip) === 4 ? [ip + 12, ip + 20] : [ip + 8, ip + 40];
  return sumWords(packet, from, to, protocol + length);
}

/** What an IPv4 header with `headerBytes` has to have in its checksum field. */
export function ipv4HeaderChecksum(packet: Uint8Array, ip: number, headerBytes: number): number {
  return foldChecksum(sumWords(packet, ip, ip + headerBytes, 0) - read16(packet, ip + 10));
}
