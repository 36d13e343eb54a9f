/** Whom a sender is counted as. */
import { isIPv6 } from 'node:net';
import { formatIpv6, parseIpv6 } from '#protocol/addresses.ts';

/** What one customer of a provider gets: a /64 (RFC 6177). */
const IPV6_LINE_BYTES = 8;

/** Senders are told apart by their line: whoever has an IPv6 prefix has all addresses of it. */
export function lineOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '').replace(/%.*$/, '');
  if (!isIPv6(plain)) return plain;
  return formatIpv6(parseIpv6(plain).map((byte, index) => (index < IPV6_LINE_BYTES ? byte : 0)));
}
