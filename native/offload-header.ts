/**
 * struct virtio_net_hdr, the 10 bytes before every adapter packet (virtio 1.3 §5.1.6, without num_buffers;
 * linux/virtio_net.h). Fields are little-endian: the native order of every machine that Node 22 runs on
 * except s390x, which is not supported.
 *
 *     flags(1) gso_type(1) hdr_len(2) gso_size(2) csum_start(2) csum_offset(2)
 */
import { OFFLOAD_HEADER_BYTES } from '#protocol/tunnel-messages.ts';

/** The transport checksum is partial: it holds the pseudo-header's sum only. */
export const FLAG_NEEDS_CHECKSUM = 1;

/** `gso_type`, without {@link GSO_ECN}. */
export const GSO = { NONE: 0, TCP_IPV4: 1, TCP_IPV6: 4, UDP: 5 } as const;
/** Bit of `gso_type`: the super-packet carries CWR, which only the first of its packets may keep (RFC 3168 §6.1.2). */
export const GSO_ECN = 0x80;

export interface OffloadHeader {
  readonly flags: number;
  readonly gsoType: number;
  /** Bytes of all headers. A hint only: a reader derives it from the packet. */
  readonly headerBytes: number;
  /** Payload bytes of each packet that the super-packet stands for. */
  readonly gsoSize: number;
  /** From the start of the IP packet: where the checksum begins to count. */
  readonly checksumStart: number;
  /** From `checksumStart`: where its 16 bits stand. */
  readonly checksumOffset: number;
}

/** The `gso_type` of an adapter packet without its ECN bit. */
export function gsoTypeOf(packet: Uint8Array): number {
  return (packet[1] as number) & ~GSO_ECN;
}

/** Whether the packet is an ordinary one, complete in itself. */
export function isOrdinary(packet: Uint8Array): boolean {
  return ((packet[0] as number) & FLAG_NEEDS_CHECKSUM) === 0 && packet[1] === GSO.NONE;
}

/** @param packet at least OFFLOAD_HEADER_BYTES long */
export function readOffloadHeader(packet: Uint8Array): OffloadHeader {
  const field = (at: number) => (packet[at] as number) | ((packet[at + 1] as number) << 8);
  return {
    flags: packet[0] as number,
    gsoType: packet[1] as number,
    headerBytes: field(2),
    gsoSize: field(4),
    checksumStart: field(6),
    checksumOffset: field(8),
  };
}

/** An adapter packet: `header` (all zeros unless given) before `ip`, in one new array. */
export function adapterPacket(ip: Uint8Array, header: Partial<OffloadHeader> = {}): Uint8Array {
  const packet = new Uint8Array(OFFLOAD_HEADER_BYTES + ip.length);
  const fields = [header.headerBytes, header.gsoSize, header.checksumStart, header.checksumOffset];
  packet[0] = header.flags ?? 0;
  packet[1] = header.gsoType ?? GSO.NONE;
  fields.forEach((value = 0, i) => {
    packet[2 + 2 * i] = value;
    packet[3 + 2 * i] = value >>> 8;
  });
  packet.set(ip, OFFLOAD_HEADER_BYTES);
  return packet;
}
