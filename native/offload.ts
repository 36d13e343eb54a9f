/**
 * What a network card does for a kernel with offloads, done here for adapters that have none: cuts a
 * super-packet into ordinary packets and completes partial checksums. Must not know which adapter asks.
 *
 * The offload header of a packet may come from a peer, so nothing in it is trusted: each field has to fit
 * the packet's own headers, or nothing comes out.
 */
import { LIMITS } from '#protocol/limits.ts';
import { OFFLOAD_HEADER_BYTES } from '#protocol/tunnel-messages.ts';
import type { AdapterPacket } from './adapter.ts';
import { foldChecksum, foldUdpChecksum, ipv4HeaderChecksum, pseudoHeaderSum, sumWords } from './checksum.ts';
import { FLAG_NEEDS_CHECKSUM, GSO, GSO_ECN, isOrdinary, readOffloadHeader } from './offload-header.ts';
import { IPV6_HEADER_BYTES, PROTOCOL, read16, transportOf, write16 } from './packets.ts';

const IP = OFFLOAD_HEADER_BYTES;
const UDP_HEADER_BYTES = 8;
const TCP_MIN_HEADER_BYTES = 20;
const TCP_CHECKSUM_OFFSET = 16;
const UDP_CHECKSUM_OFFSET = 6;
/** Bits of the TCP flags byte (RFC 9293 §3.1). */
const FIN_AND_PSH = 0x01 | 0x08;
const CWR = 0x80;

/**
 * Hands the ordinary packets that `packet` stands for to `emit`, first to last, each with an all-zero
 * offload header. Their bytes are the splitter's own and are overwritten after `emit` returns, or, for a
 * packet that was ordinary already, the caller's own array.
 * @returns how many there were; 0 when the headers are malformed, and then `emit` was not called
 */
export type Splitter = (packet: AdapterPacket, emit: (piece: AdapterPacket) => void) => number;

/** A splitter with one scratch buffer of its own: one per adapter, not for re-entrant use. */
export function createSplitter(): Splitter {
  const scratch = new Uint8Array(IP + LIMITS.PACKET_MAX_BYTES.value);
  return (packet, emit) => {
    if (packet.length <= IP || packet.length > scratch.length) return 0;
    if (isOrdinary(packet)) {
      emit(packet);
      return 1;
    }
    if (((packet[1] as number) & ~GSO_ECN) === GSO.NONE) return completeChecksum(packet, scratch, emit);
    const plan = planOf(packet);
    return plan === undefined ? 0 : cut(packet, plan, scratch, emit);
  };
}

/** A super-packet whose headers were found to fit together. Indices count from the start of the array. */
interface Plan {
  readonly version: 4 | 6;
  readonly protocol: number;
  readonly transport: number;
  readonly payload: number;
  readonly gsoSize: number;
  readonly checksum: number;
}

function planOf(packet: Uint8Array): Plan | undefined {
  const header = readOffloadHeader(packet);
  const transport = transportOf(packet, IP);
  if (transport === undefined || transport.laterFragment || (header.flags & FLAG_NEEDS_CHECKSUM) === 0)
    return undefined;
  const { version, protocol, at } = transport;
  const tcp = protocol === PROTOCOL.TCP;
  const checksumOffset = tcp ? TCP_CHECKSUM_OFFSET : UDP_CHECKSUM_OFFSET;
  if (!gsoFits(header.gsoType & ~GSO_ECN, version, protocol)) return undefined;
  if (header.checksumStart !== at - IP || header.checksumOffset !== checksumOffset) return undefined;
  if (declaredLength(packet, version) !== packet.length - IP) return undefined;
  if (at + (tcp ? TCP_MIN_HEADER_BYTES : UDP_HEADER_BYTES) > packet.length) return undefined;
  const headerBytes = tcp ? ((packet[at + 12] as number) >>> 4) * 4 : UDP_HEADER_BYTES;
  if (headerBytes < (tcp ? TCP_MIN_HEADER_BYTES : UDP_HEADER_BYTES)) return undefined;
  const payload = at + headerBytes;
  const payloadBytes = packet.length - payload;
  if (payloadBytes <= 0 || header.gsoSize === 0) return undefined;
  if (payloadBytes > header.gsoSize * LIMITS.ADAPTER_SPLIT_MAX_PACKETS.value) return undefined;
  return { version, protocol, transport: at, payload, gsoSize: header.gsoSize, checksum: at + checksumOffset };
}

function gsoFits(gsoType: number, version: 4 | 6, protocol: number): boolean {
  if (gsoType === GSO.UDP) return protocol === PROTOCOL.UDP;
  return protocol === PROTOCOL.TCP && gsoType === (version === 4 ? GSO.TCP_IPV4 : GSO.TCP_IPV6);
}

function declaredLength(packet: Uint8Array, version: 4 | 6): number {
  return version === 4 ? read16(packet, IP + 2) : IPV6_HEADER_BYTES + read16(packet, IP + 4);
}

function cut(packet: Uint8Array, plan: Plan, scratch: Uint8Array, emit: (piece: Uint8Array) => void): number {
  const { payload, gsoSize } = plan;
  scratch.fill(0, 0, IP);
  let pieces = 0;
  for (let from = payload; from < packet.length; from += gsoSize) {
    const to = Math.min(from + gsoSize, packet.length);
    // The headers come anew each time: the caller may have changed the piece it was shown.
    scratch.set(packet.subarray(IP, payload), IP);
    scratch.set(packet.subarray(from, to), payload);
    const piece = scratch.subarray(0, payload + to - from);
    finishIpHeader(piece, plan, pieces);
    if (plan.protocol === PROTOCOL.TCP) finishTcp(piece, plan, from - payload, to === packet.length);
    else write16(piece, plan.transport + 4, piece.length - plan.transport);
    finishChecksum(piece, plan);
    emit(piece);
    pieces++;
  }
  return pieces;
}

function finishIpHeader(piece: Uint8Array, plan: Plan, index: number): void {
  if (plan.version === 6) {
    write16(piece, IP + 4, piece.length - IP - IPV6_HEADER_BYTES);
    return;
  }
  write16(piece, IP + 2, piece.length - IP);
  write16(piece, IP + 4, read16(piece, IP + 4) + index);
  write16(piece, IP + 10, ipv4HeaderChecksum(piece, IP, ((piece[IP] as number) & 15) * 4));
}

function finishTcp(piece: Uint8Array, plan: Plan, offset: number, last: boolean): void {
  const at = plan.transport;
  const sequence = (read16(piece, at + 4) * 0x10000 + read16(piece, at + 6) + offset) % 2 ** 32;
  write16(piece, at + 4, Math.floor(sequence / 0x10000));
  write16(piece, at + 6, sequence);
  let flags = piece[at + 13] as number;
  if (!last) flags &= ~FIN_AND_PSH;
  if (offset > 0) flags &= ~CWR;
  piece[at + 13] = flags;
}

function finishChecksum(piece: Uint8Array, plan: Plan): void {
  const { transport, protocol, checksum } = plan;
  write16(piece, checksum, 0);
  const pseudo = pseudoHeaderSum(piece, IP, protocol, piece.length - transport);
  const sum = sumWords(piece, transport, piece.length, pseudo);
  write16(piece, checksum, protocol === PROTOCOL.UDP ? foldUdpChecksum(sum) : foldChecksum(sum));
}

/** The field holds the pseudo-header's sum already, so this serves any protocol (virtio 1.3 §5.1.6.2). */
function completeChecksum(packet: Uint8Array, scratch: Uint8Array, emit: (piece: Uint8Array) => void): number {
  const header = readOffloadHeader(packet);
  const start = IP + header.checksumStart;
  const field = start + header.checksumOffset;
  const transport = transportOf(packet, IP);
  if (transport === undefined || start < transport.at || field + 2 > packet.length) return 0;
  scratch.set(packet);
  scratch.fill(0, 0, IP);
  const piece = scratch.subarray(0, packet.length);
  const sum = sumWords(piece, start, piece.length, 0);
  write16(piece, field, transport.protocol === PROTOCOL.UDP ? foldUdpChecksum(sum) : foldChecksum(sum));
  emit(piece);
  return 1;
}
