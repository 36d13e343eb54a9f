/**
 * Packets that wait for a session: bounded by number and bytes, the oldest dropped first.
 */
import type { AdapterPacket } from '#native/adapter.ts';
import { LIMITS } from '#protocol/limits.ts';

export class PendingPackets {
  #packets: AdapterPacket[] = [];
  #bytes = 0;

  get size(): number {
    return this.#packets.length;
  }

  /**
   * Copies the packet in.
   * @returns how many older packets were dropped for it (the packet itself, when it is larger than the queue).
   */
  push(packet: AdapterPacket): number {
    // A copying constructor: slice() of a Buffer would be a view.
    this.#packets.push(new Uint8Array(packet));
    this.#bytes += packet.length;
    let dropped = 0;
    while (
      this.#packets.length > LIMITS.PENDING_PACKETS_PER_PEER.value ||
      this.#bytes > LIMITS.PENDING_BYTES_PER_PEER.value
    ) {
      this.#bytes -= this.#packets.shift()?.length ?? 0;
      dropped++;
    }
    return dropped;
  }

  /** Empties the queue, oldest first. */
  takeAll(): AdapterPacket[] {
    const packets = this.#packets;
    this.#packets = [];
    this.#bytes = 0;
    return packets;
  }
}
