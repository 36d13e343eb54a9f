/**
 * Builders of whole IP packets with right lengths and checksums: the reply to denied traffic, and what
 * tests and probes send. No hot path; each call makes new arrays. Knows no peers and no policy.
 */
import { isIpv6, parseIpv4, parseIpv6 } from '#protocol/addresses.ts';
import { concatBytes } from '#protocol/encoding.ts';
import { OFFLOAD_HEADER_BYTES } from '#protocol/tunnel-messages.ts';
import type { AdapterPacket } from './adapter.ts';
import { foldChecksum, foldUdpChecksum, ipv4HeaderChecksum, pseudoHeaderSum, sumWords } from './checksum.ts';
import { adapterPacket, FLAG_NEEDS_CHECKSUM, GSO, type OffloadHeader } from './offload-header.ts';
import { IPV4_HEADER_BYTES, IPV6_HEADER_BYTES, PROTOCOL, type Transport, transportOf, write16 } from './packets.ts';

const HOP_LIMIT = 64;
/** An ICMP error quotes no more than makes it this long (RFC 1812 §4.3.2.3, RFC 4443 §2.4 c). */
const ICMP_ERROR_MAX_BYTES = 576;
const ICMPV6_ERROR_MAX_BYTES = 1_280;
const ICMP_HEADER_BYTES = 8;
/** Type, code: destination unreachable, communication administratively prohibited. */
const ICMP_PROHIBITED = Uint8Array.of(3, 13, 0, 0, 0, 0, 0, 0);
const ICMPV6_PROHIBITED = Uint8Array.of(1, 1, 0, 0, 0, 0, 0, 0);
/** ICMP errors (RFC 792): unreachable, source quench, redirect, time exceeded, parameter problem. ICMPv6 has them below 128. */
const ICMP_ERROR_TYPES = new Set([3, 4, 5, 11, 12]);
const ICMPV6_FIRST_QUERY_TYPE = 128;

/** Both addresses in text form, of the same version. */
export interface Ends {
  readonly from: string;
  readonly to: string;
}

export interface PortEnds extends Ends {
  readonly fromPort: number;
  readonly toPort: number;
}

export interface TcpFields {
  /** Sequence number, 32 bits. */
  readonly sequence: number;
  readonly acknowledgement?: number;
  /** The low 8 flag bits (RFC 9293 §3.1). */
  readonly flags: number;
  /** Options, a multiple of 4 bytes, at most 40. */
  readonly options?: Uint8Array;
}

/** A bare UDP/IP packet. */
export function buildUdp(ends: PortEnds, payload: Uint8Array): Uint8Array {
  const header = new Uint8Array(8);
  write16(header, 0, ends.fromPort);
  write16(header, 2, ends.toPort);
  write16(header, 4, header.length + payload.length);
  return buildIp(ends, PROTOCOL.UDP, concatBytes(header, payload), 6);
}

/** A bare TCP/IP packet. */
export function buildTcp(ends: PortEnds, fields: TcpFields, payload: Uint8Array): Uint8Array {
  const options = fields.options ?? new Uint8Array();
  const header = new Uint8Array(20);
  const view = new DataView(header.buffer);
  view.setUint16(0, ends.fromPort);
  view.setUint16(2, ends.toPort);
  view.setUint32(4, fields.sequence);
  view.setUint32(8, fields.acknowledgement ?? 0);
  view.setUint8(12, (5 + options.length / 4) << 4);
  view.setUint8(13, fields.flags);
  view.setUint16(14, 0xffff);
  return buildIp(ends, PROTOCOL.TCP, concatBytes(header, options, payload), 16);
}

/** A bare ICMP or ICMPv6 echo request (RFC 792, RFC 4443 §4.1). */
export function buildEcho(ends: Ends, identifier: number, sequence: number, payload: Uint8Array): Uint8Array {
  const v6 = isIpv6(ends.to);
  const header = new Uint8Array(ICMP_HEADER_BYTES);
  header[0] = v6 ? 128 : 8;
  write16(header, 4, identifier);
  write16(header, 6, sequence);
  return buildIp(ends, v6 ? PROTOCOL.ICMPV6 : PROTOCOL.ICMP, concatBytes(header, payload), 2);
}

/**
 * The super-packet of a bare TCP or UDP packet: the adapter packet that a kernel with offloads would hand
 * over, its checksum partial.
 * @param gsoSize payload bytes of each packet that it stands for
 */
export function buildSuperPacket(ip: Uint8Array, gsoSize: number): AdapterPacket {
  const transport = transportOf(ip, 0);
  if (transport === undefined) throw new RangeError('not an IP packet');
  const tcp = transport.protocol === PROTOCOL.TCP;
  const tcpType = transport.version === 4 ? GSO.TCP_IPV4 : GSO.TCP_IPV6;
  return partialChecksum(ip, transport, { gsoType: tcp ? tcpType : GSO.UDP, gsoSize });
}

/** The adapter packet of a bare TCP or UDP packet whose checksum is left to be completed. */
export function buildUnfinished(ip: Uint8Array): AdapterPacket {
  const transport = transportOf(ip, 0);
  if (transport === undefined) throw new RangeError('not an IP packet');
  return partialChecksum(ip, transport, {});
}

function partialChecksum(ip: Uint8Array, transport: Transport, header: Partial<OffloadHeader>): AdapterPacket {
  const { protocol, at } = transport;
  const checksumOffset = protocol === PROTOCOL.TCP ? 16 : 6;
  const headerBytes = at + (protocol === PROTOCOL.TCP ? ((ip[at + 12] as number) >>> 4) * 4 : 8);
  const partial = new Uint8Array(ip);
  write16(partial, at + checksumOffset, ~foldChecksum(pseudoHeaderSum(ip, 0, protocol, ip.length - at)));
  return adapterPacket(partial, {
    ...header,
    flags: FLAG_NEEDS_CHECKSUM,
    headerBytes,
    checksumStart: at,
    checksumOffset,
  });
}

/**
 * "Communication administratively prohibited" (RFC 792 type 3 code 13, RFC 4443 type 1 code 1), as if from
 * the packet's destination, so that a program learns at once that policy denies it: Linux gives it
 * EHOSTUNREACH over IPv4 and EACCES over IPv6.
 * @returns undefined where RFC 1122 §3.2.2 or RFC 4443 §2.4 e forbid a reply (to an ICMP error, a
 *   multicast or broadcast, a later fragment, a source that is no single host) or the packet is malformed
 */
export function prohibitedReply(packet: AdapterPacket): AdapterPacket | undefined {
  const ip = packet.subarray(OFFLOAD_HEADER_BYTES);
  const transport = transportOf(ip, 0);
  if (transport === undefined || transport.laterFragment || isIcmpError(ip, transport)) return undefined;
  const v4 = transport.version === 4;
  const [source, destination] = v4 ? [ip.slice(12, 16), ip.slice(16, 20)] : [ip.slice(8, 24), ip.slice(24, 40)];
  if (!isSingleHost(source) || !isSingleHost(destination)) return undefined;
  const quoted = v4
    ? ip.subarray(0, ICMP_ERROR_MAX_BYTES - IPV4_HEADER_BYTES - ICMP_HEADER_BYTES)
    : ip.subarray(0, ICMPV6_ERROR_MAX_BYTES - IPV6_HEADER_BYTES - ICMP_HEADER_BYTES);
  const body = concatBytes(v4 ? ICMP_PROHIBITED : ICMPV6_PROHIBITED, quoted);
  return adapterPacket(assemble(destination, source, v4 ? PROTOCOL.ICMP : PROTOCOL.ICMPV6, body, 2));
}

function isIcmpError(ip: Uint8Array, { protocol, at }: Transport): boolean {
  // A message cut before its type might be an error, so it counts as one.
  const type = ip[at];
  if (protocol === PROTOCOL.ICMP) return type === undefined || ICMP_ERROR_TYPES.has(type);
  return protocol === PROTOCOL.ICMPV6 && (type === undefined || type < ICMPV6_FIRST_QUERY_TYPE);
}

/** Neither unspecified, loopback, multicast nor broadcast. */
function isSingleHost(address: Uint8Array): boolean {
  const first = address[0] as number;
  if (address.length === 4) return first !== 0 && first !== 127 && first < 224;
  return first !== 0xff && address.subarray(0, 15).some((byte) => byte !== 0);
}

function buildIp({ from, to }: Ends, protocol: number, body: Uint8Array, checksumOffset: number): Uint8Array {
  const parse = isIpv6(to) ? parseIpv6 : parseIpv4;
  return assemble(parse(from), parse(to), protocol, body, checksumOffset);
}

function assemble(source: Uint8Array, destination: Uint8Array, protocol: number, body: Uint8Array, field: number) {
  const v4 = source.length === 4;
  const header = new Uint8Array(v4 ? IPV4_HEADER_BYTES : IPV6_HEADER_BYTES);
  header.set(source, v4 ? 12 : 8);
  header.set(destination, v4 ? 16 : 24);
  if (v4) {
    header[0] = 0x45;
    write16(header, 2, header.length + body.length);
    header[8] = HOP_LIMIT;
    header[9] = protocol;
    write16(header, 10, ipv4HeaderChecksum(header, 0, header.length));
  } else {
    header[0] = 0x60;
    write16(header, 4, body.length);
    header[6] = protocol;
    header[7] = HOP_LIMIT;
  }
  const packet = concatBytes(header, body);
  const pseudo = protocol === PROTOCOL.ICMP ? 0 : pseudoHeaderSum(packet, 0, protocol, body.length);
  const at = header.length + field;
  const sum = sumWords(packet, header.length, packet.length, pseudo);
  write16(packet, at, protocol === PROTOCOL.UDP ? foldUdpChecksum(sum) : foldChecksum(sum));
  return packet;
}
