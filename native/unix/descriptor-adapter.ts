/**
 * An adapter that is a descriptor, a packet a read: batches in. All system calls are synchronous and
 * non-blocking; only the wake-up comes through the event loop (descriptor-reader.ts).
 */
import { constants } from 'node:os';
import { LIMITS } from '#protocol/limits.ts';
import { OFFLOAD_HEADER_BYTES } from '#protocol/tunnel-messages.ts';
import type { Adapter } from '../adapter.ts';
import { SystemAdapter } from '../system-adapter.ts';
import { type DescriptorCalls, describeErrno } from './descriptor-calls.ts';
import { readDescriptor } from './descriptor-reader.ts';

const { EAGAIN, EINTR } = constants.errno;
/** No errno: the batch is full, and there may be more. */
const FULL = 0;

/** What one read can bring. One more than the largest, so that libuv never finds its buffer filled. */
const READ_BYTES = OFFLOAD_HEADER_BYTES + LIMITS.PACKET_MAX_BYTES.value + 1;

export interface OpenDescriptor extends Pick<Adapter, 'name' | 'mtu' | 'offload'> {
  /** Non-blocking, and from now on the adapter's: closing it removes the interface. */
  readonly fd: number;
  /** Bytes that the system puts before each packet, 0 to OFFLOAD_HEADER_BYTES: that header whole, or what becomes zeros. */
  readonly lead: number;
}

export abstract class DescriptorAdapter<Calls extends DescriptorCalls> extends SystemAdapter {
  protected readonly calls: Calls;
  protected readonly fd: number;
  /** One batch. libuv reads its first packet to the start; the further ones follow, each read with room for the largest. */
  readonly #arena = new Uint8Array(READ_BYTES + LIMITS.ADAPTER_BATCH_MAX_BYTES.value + READ_BYTES);
  readonly #arenaAddress: number;
  /** Where the system's bytes go in a slot, so that the packet itself lies behind an offload header. */
  readonly #gap: number;
  #source: Disposable | undefined;

  constructor(calls: Calls, opened: OpenDescriptor) {
    super(opened);
    this.calls = calls;
    this.fd = opened.fd;
    this.#gap = OFFLOAD_HEADER_BYTES - opened.lead;
    this.#arenaAddress = calls.addressOf(this.#arena);
  }

  protected beginReading(): void {
    this.#source = readDescriptor(this.calls, this.fd, this.#arena.subarray(this.#gap, READ_BYTES), {
      onRead: (length) => this.#onReadable(length),
      onFailure: (cause) => this.fail(cause),
    });
  }

  protected release(): void {
    this.#source?.[Symbol.dispose]();
    this.calls.close(this.fd);
  }

  /** Takes what else is ready and hands it over together. `length` bytes of the first packet are in the arena already. */
  #onReadable(length: number): void {
    this.#take(0, length);
    let bytes = length;
    for (let more = true; more && !this.closed; ) {
      const errno = this.#fill();
      for (const packet of this.batch) bytes += packet.length;
      this.handOver();
      if (errno !== FULL && errno !== EAGAIN && errno !== EINTR) this.fail(describeErrno(errno));
      more = errno === FULL && bytes < LIMITS.ADAPTER_DRAIN_MAX_BYTES.value;
    }
  }

  /** Reads on until a batch is full. @returns FULL then, else the errno that ended it */
  #fill(): number {
    const gap = this.#gap;
    const end = READ_BYTES + LIMITS.ADAPTER_BATCH_MAX_BYTES.value;
    for (let at = READ_BYTES; at < end && this.batch.length < LIMITS.ADAPTER_BATCH_MAX_PACKETS.value; ) {
      const length = this.calls.read(this.fd, this.#arenaAddress + at + gap, READ_BYTES - gap);
      if (length <= 0) return this.calls.errno();
      this.#take(at, length);
      at += gap + length;
    }
    return FULL;
  }

  #take(at: number, length: number): void {
    const gap = this.#gap;
    // The system's own header is no packet.
    if (gap > 0 && length <= OFFLOAD_HEADER_BYTES - gap) return;
    if (gap > 0) this.#arena.fill(0, at, at + OFFLOAD_HEADER_BYTES);
    this.batch.push(this.#arena.subarray(at, at + gap + length));
  }
}
