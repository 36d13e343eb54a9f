/**
 * Reads just enough of an Ethernet frame to say what it is: TCP over IPv4, housekeeping, or something
 * else. Pure bytes.
 */

export interface TcpSegment {
  readonly kind: 'tcp';
  /** For people: `A:1 > B:2 TCP`. */
  readonly text: string;
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
  /** Of the first byte of `payload` (of the SYN itself, if it is one). */
  readonly sequence: number;
  readonly syn: boolean;
  readonly payload: Buffer;
}

export type Frame = TcpSegment | { readonly kind: 'housekeeping' } | { readonly kind: 'other'; readonly text: string };

const ETHERNET_BYTES = 14;
const ETHERTYPE = { ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd };
const PROTOCOL_TCP = 6;
const IPV6_HOP_BY_HOP = 0;
const IPV6_ICMP = 58;
/** Multicast listener reports (RFC 3810), router and neighbour discovery (RFC 4861). */
const NEIGHBOUR_TYPES = new Set([130, 131, 132, 133, 134, 135, 136, 143]);

export function parseFrame(frame: Buffer): Frame {
  const type = frame.readUInt16BE(12);
  const packet = frame.subarray(ETHERNET_BYTES);
  if (type === ETHERTYPE.arp) return { kind: 'housekeeping' };
  if (type === ETHERTYPE.ipv6) {
    return isNeighbourDiscovery(packet) ? { kind: 'housekeeping' } : other(`IPv6 ${packet.toString('hex', 0, 48)}`);
  }
  if (type !== ETHERTYPE.ipv4) return other(`EtherType ${type.toString(16)}`);
  const [source, destination] = [dotted(packet, 12), dotted(packet, 16)];
  if (packet[9] !== PROTOCOL_TCP) return other(`${source} > ${destination} IPv4 protocol ${packet[9]}`);
  return parseTcp(packet, source, destination);
}

function parseTcp(packet: Buffer, source: string, destination: string): TcpSegment {
  const total = packet.readUInt16BE(2);
  // A super-packet whose length does not fit says 0 (BIG TCP); then the frame's own length counts.
  const tcp = packet.subarray((packet.readUInt8(0) & 15) * 4, total === 0 ? packet.length : total);
  const [sourcePort, destinationPort] = [tcp.readUInt16BE(0), tcp.readUInt16BE(2)];
  return {
    kind: 'tcp',
    text: `${source}:${sourcePort} > ${destination}:${destinationPort} TCP`,
    source,
    sourcePort,
    destination,
    destinationPort,
    sequence: tcp.readUInt32BE(4),
    syn: (tcp.readUInt8(13) & 2) !== 0,
    payload: tcp.subarray((tcp.readUInt8(12) >>> 4) * 4),
  };
}

function isNeighbourDiscovery(packet: Buffer): boolean {
  const next = packet.readUInt8(6);
  if (next === IPV6_ICMP) return NEIGHBOUR_TYPES.has(packet.readUInt8(40));
  // Listener reports carry a router alert before them; the options header tells its own length.
  if (next !== IPV6_HOP_BY_HOP || packet.readUInt8(40) !== IPV6_ICMP) return false;
  return NEIGHBOUR_TYPES.has(packet.readUInt8(40 + (packet.readUInt8(41) + 1) * 8));
}

function dotted(bytes: Buffer, at: number): string {
  return [...bytes.subarray(at, at + 4)].join('.');
}

function other(text: string): Frame {
  return { kind: 'other', text };
}
