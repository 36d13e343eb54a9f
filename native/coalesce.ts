/**
 * What a network card does on the way in (receive offload), done for packets on their way out: neighbours of
 * one TCP connection that continue each other become one super-packet. Linux makes super-packets itself,
 * but of many slow connections only small ones: each as much as it sends in a millisecond. One large packet
 * costs cipher, relay, adapter and the receiving kernel what each of the small ones does, and is acknowledged
 * once. The inverse of offload.ts.
 *
 * Merges only what can be cut again to the same bytes: same headers, all but the last full segments, and
 * checksums still to be completed, as the kernel leaves them. One thing is lost: a PSH flag in the middle. It
 * asks the receiver not to wait for what comes next, and that is here already.
 */
import { LIMITS } from '#protocol/limits.ts';
import { OFFLOAD_HEADER_BYTES } from '#protocol/tunnel-messages.ts';
import type { AdapterPacket } from './adapter.ts';
import { foldChecksum, ipv4HeaderChecksum, pseudoHeaderSum } from './checksum.ts';
import { FLAG_NEEDS_CHECKSUM, GSO } from './offload-header.ts';
import { IPV4_HEADER_BYTES, IPV6_HEADER_BYTES, ipVersion, PROTOCOL, read16, write16 } from './packets.ts';

const IP = OFFLOAD_HEADER_BYTES;
const TCP_MIN_HEADER_BYTES = 20;
const TCP_CHECKSUM_OFFSET = 16;
/** Bits of the TCP flags byte (RFC 9293 §3.1). */
const PSH = 0x08;
const ACK = 0x10;
/** No fragment, and none to come (RFC 791 §3.1); the identification then says nothing (RFC 6864 §4.1). */
const DONT_FRAGMENT = 0x4000;
/** Smaller segments are keystrokes, not a transfer: the least that a path must carry (RFC 9293 §3.7.1). */
const SEGMENT_MIN_BYTES = 536;

/**
 * The same bytes in fewer packets. Merged ones are the coalescer's own and are overwritten by the next call;
 * the others are those that were given.
 */
export type Coalescer = (packets: readonly AdapterPacket[]) => readonly AdapterPacket[];

/** A TCP segment, or several in a super-packet, that may be merged. Indices count from the start of the array. */
interface Segment {
  readonly packet: AdapterPacket;
  readonly version: 4 | 6;
  readonly tcp: number;
  readonly payload: number;
  readonly sequence: number;
  /** Payload bytes of each segment but the last. */
  readonly size: number;
  readonly flags: number;
}

/** Segments that continue each other. */
interface Run {
  readonly first: Segment;
  /** Bytes of the packet that all of them make. */
  length: number;
  next: number;
  flags: number;
  /** Where they are put together; the first alone is left where it is. */
  target: Uint8Array | undefined;
}

/** A coalescer with scratch memory of its own, enough for one batch; what does not fit stays as it is. */
export function createCoalescer(): Coalescer {
  const scratch = new Uint8Array(LIMITS.ADAPTER_BATCH_MAX_BYTES.value + IP + LIMITS.PACKET_MAX_BYTES.value);
  return (packets) => {
    if (packets.length < 2) return packets;
    const merged: AdapterPacket[] = [];
    let used = 0;
    let run: Run | undefined;
    for (const packet of packets) {
      const segment = segmentOf(packet);
      if (run !== undefined && segment !== undefined && continues(run, segment)) {
        if (run.target === undefined && used + IP + LIMITS.PACKET_MAX_BYTES.value <= scratch.length) {
          run.target = scratch.subarray(used, used + IP + LIMITS.PACKET_MAX_BYTES.value);
          run.target.set(run.first.packet);
        }
        if (run.target !== undefined) {
          append(run, run.target, segment);
          continue;
        }
      }
      if (run !== undefined) used += finish(run, merged);
      run = segment === undefined ? undefined : begin(segment);
      if (run === undefined) merged.push(packet);
    }
    if (run !== undefined) finish(run, merged);
    return merged;
  };
}

/** Undefined for whatever is not plain TCP data with a checksum to complete. */
function segmentOf(packet: AdapterPacket): Segment | undefined {
  const gso = packet[1];
  if (packet[0] !== FLAG_NEEDS_CHECKSUM || packet.length < IP + IPV4_HEADER_BYTES) return undefined;
  const version = ipVersion(packet, IP);
  if (version === 0) return undefined;
  if (gso !== GSO.NONE && gso !== (version === 4 ? GSO.TCP_IPV4 : GSO.TCP_IPV6)) return undefined;
  const tcp = IP + (version === 4 ? IPV4_HEADER_BYTES : IPV6_HEADER_BYTES);
  if (packet.length < tcp + TCP_MIN_HEADER_BYTES) return undefined;
  const plain =
    version === 4
      ? packet[IP] === 0x45 && packet[IP + 9] === PROTOCOL.TCP && read16(packet, IP + 6) === DONT_FRAGMENT
      : packet[IP + 6] === PROTOCOL.TCP;
  if (!plain) return undefined;
  const payload = tcp + ((packet[tcp + 12] as number) >>> 4) * 4;
  const bytes = packet.length - payload;
  const size = gso === GSO.NONE ? bytes : (packet[4] as number) | ((packet[5] as number) << 8);
  const flags = packet[tcp + 13] as number;
  if (payload < tcp + TCP_MIN_HEADER_BYTES || bytes <= 0 || size === 0) return undefined;
  if ((flags & ~PSH) !== ACK) return undefined;
  return { packet, version, tcp, payload, sequence: read32(packet, tcp + 4), size, flags };
}

function begin(first: Segment): Run {
  const bytes = first.packet.length - first.payload;
  return {
    first,
    length: first.packet.length,
    next: (first.sequence + bytes) >>> 0,
    flags: first.flags,
    target: undefined,
  };
}

function continues(run: Run, segment: Segment): boolean {
  const { first } = run;
  const bytes = segment.packet.length - segment.payload;
  if (segment.sequence !== run.next || first.size < SEGMENT_MIN_BYTES) return false;
  if ((run.length - first.payload) % first.size !== 0) return false;
  if (bytes > first.size && segment.size !== first.size) return false;
  if (run.length + bytes > IP + LIMITS.PACKET_MAX_BYTES.value) return false;
  return segment.version === first.version && segment.payload === first.payload && sameHeaders(first, segment);
}

/** All of the headers but lengths, checksums, identification, sequence number and flags. */
function sameHeaders({ packet: a, version, tcp, payload }: Segment, { packet: b }: Segment): boolean {
  return version === 4
    ? a[IP + 1] === b[IP + 1] && a[IP + 8] === b[IP + 8] && same(a, b, IP + 12, tcp + 4) && sameTcp(a, b, tcp, payload)
    : same(a, b, IP, IP + 4) && same(a, b, IP + 7, tcp + 4) && sameTcp(a, b, tcp, payload);
}

/** Acknowledgement, header length, window, urgent pointer, options. */
function sameTcp(a: Uint8Array, b: Uint8Array, tcp: number, payload: number): boolean {
  return same(a, b, tcp + 8, tcp + 13) && same(a, b, tcp + 14, tcp + 16) && same(a, b, tcp + 18, payload);
}

function same(a: Uint8Array, b: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (a[at] !== b[at]) return false;
  return true;
}

function append(run: Run, target: Uint8Array, { packet, payload, flags }: Segment): void {
  const bytes = packet.length - payload;
  target.set(packet.subarray(payload), run.length);
  run.length += bytes;
  run.next = (run.next + bytes) >>> 0;
  run.flags |= flags;
}

/** @returns bytes of the scratch that are taken */
function finish({ first, length, flags, target }: Run, merged: AdapterPacket[]): number {
  if (target === undefined) {
    merged.push(first.packet);
    return 0;
  }
  const packet = target.subarray(0, length);
  const { version, tcp, payload, size } = first;
  packet[1] = version === 4 ? GSO.TCP_IPV4 : GSO.TCP_IPV6;
  littleEndian16(packet, 2, payload - IP);
  littleEndian16(packet, 4, size);
  if (version === 4) {
    write16(packet, IP + 2, length - IP);
    write16(packet, IP + 10, ipv4HeaderChecksum(packet, IP, IPV4_HEADER_BYTES));
  } else {
    write16(packet, IP + 4, length - tcp);
  }
  packet[tcp + 13] = flags;
  // The kernel completes it: until then the field holds the pseudo-header's sum, not complemented.
  write16(packet, tcp + TCP_CHECKSUM_OFFSET, ~foldChecksum(pseudoHeaderSum(packet, IP, PROTOCOL.TCP, length - tcp)));
  merged.push(packet);
  return length;
}

function read32(bytes: Uint8Array, at: number): number {
  return (read16(bytes, at) * 0x1_0000 + read16(bytes, at + 2)) >>> 0;
}

function littleEndian16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
}
