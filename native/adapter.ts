/**
 * The virtual adapter, one interface for every OS and for tests. An adapter carries whole IP packets,
 * each behind a 10-byte offload header (struct virtio_net_hdr), so that TCP super-packets of up to
 * 64 KiB cross in one piece. It knows nothing of peers, keys or policy, nor of addresses and routes
 * (agent/os sets those).
 */

/**
 * One packet as the adapter hands it over: OFFLOAD_HEADER_BYTES of virtio_net_hdr, then the IP packet.
 * All zeros in the header mean an ordinary packet whose checksums are complete.
 */
export type AdapterPacket = Uint8Array;

export interface AdapterReader {
  /**
   * Called with packets that were ready together, oldest first, at most ADAPTER_BATCH_MAX_PACKETS. The
   * arrays and the bytes they view are the adapter's own and are overwritten after the call returns: copy
   * what is to be kept, change what you like. They are no Buffers, whose `slice` copies nothing. Must not throw. May write and dispose; a batch is
   * handed over whole all the same.
   */
  onPackets(packets: readonly AdapterPacket[]): void;
  /**
   * The adapter died (interface deleted, descriptor broken) and disposed of itself. Called once, possibly
   * from inside {@link Adapter.write}.
   */
  onFailure(error: Error): void;
}

export interface Adapter extends Disposable {
  /** Interface name as the OS shows it. */
  readonly name: string;
  /**
   * Bytes of the largest ordinary packet. Super-packets are larger; their segments are not, and the
   * receiving kernel takes them whole. LIMITS.ADAPTER_MTU_BYTES says why the default is what it is.
   */
  readonly mtu: number;
  /** Which offloads the kernel granted; `false` means packets handed over are never larger than the MTU. */
  readonly offload: { readonly tcp: boolean; readonly udp: boolean };
  /** Starts reading; once only. */
  start(reader: AdapterReader): void;
  /**
   * Injects one packet into the OS's network stack, synchronously. A packet with an offload header that
   * this adapter can not pass on is split first (native/offload.ts).
   * @param packet only read, and not kept
   * @returns false when the OS refused the packet (malformed, no memory, interface down or gone); it is
   *   dropped and counted. Part of a split packet may have got through.
   */
  write(packet: AdapterPacket): boolean;
  /** Packets since the start; a super-packet counts as one, also when it was split. */
  readonly counters: { readonly read: number; readonly written: number; readonly refused: number };
  /** Removes the interface. Idempotent. */
  [Symbol.dispose](): void;
}
