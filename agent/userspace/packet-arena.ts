/**
 * Packets on their way out of the stack, copied one behind the other into one buffer, and handed over as views while
 * the next ones go into a second buffer. Bounded: what does not fit is refused.
 */
export class PacketArena {
  readonly #size: number;
  /** No Buffers: who copies a view by `slice` is to have a copy. */
  #buffer = new Uint8Array();
  #other = new Uint8Array();
  #packets: Uint8Array[] = [];
  #used = 0;
  #refused = false;

  /** @param size bytes that may wait */
  constructor(size: number) {
    this.#size = size;
  }

  /** Takes a copy. @returns false when there is no room for it */
  add(packet: Uint8Array): boolean {
    // Of a machine that says nothing there is no buffer.
    if (this.#buffer.length === 0) this.#buffer = new Uint8Array(this.#size);
    if (this.#used + packet.length > this.#size) {
      this.#refused = true;
      return false;
    }
    this.#buffer.set(packet, this.#used);
    this.#packets.push(this.#buffer.subarray(this.#used, this.#used + packet.length));
    this.#used += packet.length;
    return true;
  }

  /** What was added since the last time, oldest first: views that are overwritten after the next call. */
  take(): readonly Uint8Array[] {
    const packets = this.#packets;
    if (packets.length === 0) return packets;
    [this.#buffer, this.#other] = [this.#other, this.#buffer];
    this.#packets = [];
    this.#used = 0;
    return packets;
  }

  /** Whether something was refused since this was asked last. */
  wasFull(): boolean {
    const refused = this.#refused;
    this.#refused = false;
    return refused;
  }
}
