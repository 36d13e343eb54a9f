/**
 * The adapter without an operating system: a real module, used wherever agents run in one process. What
 * an OS would do stands on the other side of it as {@link MemoryOs}. Deterministic: nothing happens but
 * inside a call, no timer and no event loop.
 */
import { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import { OFFLOAD_HEADER_BYTES } from '#protocol/tunnel-messages.ts';
import type { Adapter, AdapterPacket, AdapterReader } from './adapter.ts';
import { createSplitter, type Splitter } from './offload.ts';
import { GSO, gsoTypeOf, isOrdinary } from './offload-header.ts';
import { ipVersion } from './packets.ts';

export interface MemoryAdapterOptions {
  readonly name?: string;
  /** Bytes; LIMITS.ADAPTER_MTU_BYTES unless given. */
  readonly mtu?: number;
  /** Both granted unless given. */
  readonly offload?: Adapter['offload'];
}

/** The network stack that the adapter is plugged into. */
export interface MemoryOs {
  /**
   * Sends packets into the interface; they reach the reader as one batch, in this call if it reads. Those
   * that the adapter's offload does not cover are split, as a kernel does.
   * @returns how many were dropped: queue full, malformed, or the interface is gone
   */
  send(...packets: readonly AdapterPacket[]): number;
  /** Copies of what the adapter wrote since the last call, oldest first. */
  takeReceived(): AdapterPacket[];
  /** Called for each written packet instead of keeping a copy. The bytes are the adapter's; they die with the call. */
  onReceive: ((packet: AdapterPacket) => void) | undefined;
  /** While true, every write is refused, as by a kernel without memory. */
  refusing: boolean;
  /** Deletes the interface under the adapter. */
  removeInterface(): void;
}

export interface MemoryAdapter {
  readonly adapter: Adapter;
  readonly os: MemoryOs;
}

export function createMemoryAdapter(options: MemoryAdapterOptions = {}): MemoryAdapter {
  const plug = new MemoryPlug(options);
  return { adapter: plug, os: plug };
}

class MemoryPlug implements Adapter, MemoryOs {
  readonly name: string;
  readonly mtu: number;
  readonly offload: Adapter['offload'];
  readonly counters = { read: 0, written: 0, refused: 0 };
  onReceive: ((packet: AdapterPacket) => void) | undefined;
  refusing = false;
  readonly #split: Splitter = createSplitter();
  readonly #queue: AdapterPacket[] = [];
  #received: AdapterPacket[] = [];
  #reader: AdapterReader | undefined;
  #closed = false;
  #delivering = false;

  constructor({ name = 'memory0', mtu = LIMITS.ADAPTER_MTU_BYTES.value, offload }: MemoryAdapterOptions) {
    this.name = name;
    this.mtu = mtu;
    this.offload = offload ?? { tcp: true, udp: true };
  }

  start(reader: AdapterReader): void {
    if (this.#reader !== undefined) throw new Error('the adapter was started already');
    if (this.#closed) throw new Error('the adapter was disposed of');
    this.#reader = reader;
    this.#deliver();
  }

  write(packet: AdapterPacket): boolean {
    const accepted =
      !this.#closed && !this.refusing && this.#fitting(packet, (piece) => (this.onReceive ?? this.#keep)(piece));
    if (accepted) this.counters.written++;
    else this.counters.refused++;
    return accepted;
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#queue.length = 0;
  }

  send(...packets: readonly AdapterPacket[]): number {
    let dropped = 0;
    const enqueue = (piece: AdapterPacket) => {
      if (this.#queue.length < LIMITS.ADAPTER_QUEUE_PACKETS.value) this.#queue.push(new Uint8Array(piece));
      else dropped++;
    };
    for (const packet of packets) {
      if (this.#closed || !this.#fitting(packet, enqueue)) dropped++;
    }
    this.#deliver();
    return dropped;
  }

  takeReceived(): AdapterPacket[] {
    const received = this.#received;
    this.#received = [];
    return received;
  }

  removeInterface(): void {
    if (this.#closed) return;
    this[Symbol.dispose]();
    this.#reader?.onFailure(new CausewayError('ADAPTER_FAILED', { cause: `${this.name} was removed` }));
  }

  readonly #keep = (packet: AdapterPacket): void => {
    this.#received.push(new Uint8Array(packet));
  };

  /** @returns false when the packet is malformed */
  #fitting(packet: AdapterPacket, emit: (piece: AdapterPacket) => void): boolean {
    if (ipVersion(packet, OFFLOAD_HEADER_BYTES) === 0) return false;
    if (!this.#covers(packet)) return this.#split(packet, emit) > 0;
    // Malformed headers are refused even where no splitting is due, as a kernel does.
    if (this.#split(packet, () => {}) === 0) return false;
    emit(packet);
    return true;
  }

  #covers(packet: AdapterPacket): boolean {
    const { tcp, udp } = this.offload;
    const type = gsoTypeOf(packet);
    if (type === GSO.NONE) return isOrdinary(packet) || tcp || udp;
    return type === GSO.UDP ? udp : tcp && (type === GSO.TCP_IPV4 || type === GSO.TCP_IPV6);
  }

  #deliver(): void {
    // A reader that makes the OS send while it is being called gets that as the next batch.
    if (this.#delivering) return;
    this.#delivering = true;
    while (this.#reader !== undefined && !this.#closed && this.#queue.length > 0) {
      const batch = this.#queue.splice(0, LIMITS.ADAPTER_BATCH_MAX_PACKETS.value);
      this.counters.read += batch.length;
      this.#reader.onPackets(batch);
      // The same hazard as with a kernel's buffer: who keeps a view finds it overwritten.
      for (const packet of batch) packet.fill(0xdd);
    }
    this.#delivering = false;
  }
}
