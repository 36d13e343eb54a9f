/**
 * What the adapters of all systems have in common: they are started once, hand over what was ready together,
 * count, split what the system can not take, and fail once. How a packet gets in and out is each system's own.
 */
import { CausewayError } from '#protocol/errors.ts';
import { OFFLOAD_HEADER_BYTES } from '#protocol/tunnel-messages.ts';
import type { Adapter, AdapterPacket, AdapterReader } from './adapter.ts';
import { createSplitter, type Splitter } from './offload.ts';
import { isOrdinary } from './offload-header.ts';

export abstract class SystemAdapter implements Adapter {
  readonly name: string;
  readonly mtu: number;
  readonly offload: Adapter['offload'];
  readonly counters = { read: 0, written: 0, refused: 0 };
  /** What {@link handOver} hands over next. */
  protected readonly batch: AdapterPacket[] = [];
  readonly #split: Splitter = createSplitter();
  #reader: AdapterReader | undefined;
  #closed = false;

  constructor({ name, mtu, offload }: Pick<Adapter, 'name' | 'mtu' | 'offload'>) {
    this.name = name;
    this.mtu = mtu;
    this.offload = offload;
  }

  start(reader: AdapterReader): void {
    if (this.#reader !== undefined) throw new Error('the adapter was started already');
    if (this.#closed) throw new Error('the adapter was disposed of');
    this.#reader = reader;
    this.beginReading();
  }

  write(packet: AdapterPacket): boolean {
    const accepted = !this.#closed && packet.length > OFFLOAD_HEADER_BYTES && this.#inject(packet);
    if (accepted) this.counters.written++;
    else this.counters.refused++;
    return accepted;
  }

  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    this.release();
  }

  protected get closed(): boolean {
    return this.#closed;
  }

  /** From now on packets are put into {@link batch} and handed over. */
  protected abstract beginReading(): void;
  /** Ends reading, and gives the interface back. Called once. */
  protected abstract release(): void;
  /** Gives the system one packet. @returns false when it refused it */
  protected abstract writeOne(packet: AdapterPacket): boolean;

  /** Whether the system takes this packet as it is. */
  protected passesOn(packet: AdapterPacket): boolean {
    return isOrdinary(packet);
  }

  protected handOver(): void {
    const batch = this.batch;
    if (batch.length === 0) return;
    this.counters.read += batch.length;
    this.#reader?.onPackets(batch);
    batch.length = 0;
  }

  protected fail(cause: string): void {
    if (this.#closed) return;
    this[Symbol.dispose]();
    this.#reader?.onFailure(new CausewayError('ADAPTER_FAILED', { cause }));
  }

  #inject(packet: AdapterPacket): boolean {
    if (this.passesOn(packet)) return this.writeOne(packet);
    let refused = 0;
    const pieces = this.#split(packet, (piece) => {
      if (!this.writeOne(piece)) refused++;
    });
    return pieces > 0 && refused === 0;
  }
}
