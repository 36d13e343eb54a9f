/**
 * Reads the network's messages that something can not be reached (RFC 792, RFC 4443 §3.1), which lwIP leaves unread:
 * a connection that policy or a firewall forbids must fail at once instead of waiting for its time. Total and pure.
 */
import { ipVersion, PROTOCOL, read16 } from '#native/packets.ts';
import { formatIpv6 } from '#protocol/addresses.ts';

export interface Unreachable {
  readonly protocol: 'tcp' | 'udp';
  /** Where the packet was going that the message is about. */
  readonly address: string;
  readonly port: number;
  readonly why: 'prohibited' | 'unreachable';
}

const ICMP_UNREACHABLE = 3;
const ICMPV6_UNREACHABLE = 1;
/** Codes: network, host and communication administratively prohibited (RFC 1812 §5.2.7.1); fragmentation needed. */
const PROHIBITED = [9, 10, 13];
const FRAGMENTATION_NEEDED = 4;
/** Codes: administratively prohibited, failed ingress/egress policy (RFC 4443 §3.1). */
const PROHIBITED_V6 = [1, 5];
const ICMP_HEADER_BYTES = 8;

/** @param at where the IP packet begins @returns undefined for any other packet */
export function unreachableIn(packet: Uint8Array, at: number): Unreachable | undefined {
  const version = ipVersion(packet, at);
  const byte = (index: number) => packet[at + index] ?? 0;
  if (version === 4) {
    const message = (byte(0) & 15) * 4;
    if (byte(9) !== PROTOCOL.ICMP || byte(message) !== ICMP_UNREACHABLE) return undefined;
    const code = byte(message + 1);
    if (code === FRAGMENTATION_NEEDED) return undefined;
    return about(packet, at + message + ICMP_HEADER_BYTES, PROHIBITED.includes(code));
  }
  // Extension headers stand in no message of a kernel about our own packets.
  if (version !== 6 || byte(6) !== PROTOCOL.ICMPV6 || byte(40) !== ICMPV6_UNREACHABLE) return undefined;
  return about(packet, at + 40 + ICMP_HEADER_BYTES, PROHIBITED_V6.includes(byte(41)));
}

/** The packet that the message repeats, or its beginning. */
function about(packet: Uint8Array, at: number, isProhibited: boolean): Unreachable | undefined {
  const version = ipVersion(packet, at);
  if (version === 0) return undefined;
  const transport = at + (version === 4 ? ((packet[at] ?? 0) & 15) * 4 : 40);
  const number = packet[at + (version === 4 ? 9 : 6)];
  if (packet.length < transport + 4 || (number !== PROTOCOL.TCP && number !== PROTOCOL.UDP)) return undefined;
  return {
    protocol: number === PROTOCOL.TCP ? 'tcp' : 'udp',
    address:
      version === 4 ? packet.subarray(at + 16, at + 20).join('.') : formatIpv6(packet.subarray(at + 24, at + 40)),
    port: read16(packet, transport + 2),
    why: isProhibited ? 'prohibited' : 'unreachable',
  };
}
