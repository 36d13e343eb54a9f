/**
 * The adapter on a Linux TUN interface: batches in, single packets out. All system calls are synchronous
 * and non-blocking; only the wake-up comes through the event loop (descriptor-reader.ts).
 */
import { constants } from 'node:os';
import { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import { OFFLOAD_HEADER_BYTES } from '#protocol/tunnel-messages.ts';
import type { Adapter, AdapterPacket, AdapterReader } from '../adapter.ts';
import { createSplitter, type Splitter } from '../offload.ts';
import { GSO, gsoTypeOf, isOrdinary } from '../offload-header.ts';
import { EBADFD } from './constants.ts';
import { readDescriptor } from './descriptor-reader.ts';
import { describeErrno, type Libc, loadLibc } from './libc.ts';
import { openTunDevice, type TunDevice } from './tun-device.ts';

const { EAGAIN, EINTR } = constants.errno;
/** No errno: the batch is full, and there may be more. */
const FULL = 0;

/** What one read can bring. One more than the largest, so that libuv never finds its buffer filled. */
const READ_BYTES = OFFLOAD_HEADER_BYTES + LIMITS.PACKET_MAX_BYTES.value + 1;

export interface TunOptions {
  /** 1 to 15 bytes, without `/` and white space. No interface may have it yet. */
  readonly name: string;
  /** Bytes, 1,280 to 65,535; LIMITS.ADAPTER_MTU_BYTES unless given. */
  readonly mtu?: number;
}

/**
 * Makes the interface. It is down and without addresses: whoever owns routes brings it up.
 * @param libc for tests: a C library that refuses something
 * @throws CausewayError TUN_MISSING, PRIVILEGE_MISSING, ADAPTER_NAME_TAKEN, ADAPTER_FAILED
 */
export function openTun({ name, mtu = LIMITS.ADAPTER_MTU_BYTES.value }: TunOptions, libc: Libc = loadLibc()): Adapter {
  const device = openTunDevice(libc, { name, mtu, queuePackets: LIMITS.ADAPTER_QUEUE_PACKETS.value });
  return new TunAdapter(libc, device, mtu);
}

class TunAdapter implements Adapter {
  readonly name: string;
  readonly mtu: number;
  readonly offload: Adapter['offload'];
  readonly counters = { read: 0, written: 0, refused: 0 };
  readonly #libc: Libc;
  readonly #device: TunDevice;
  readonly #split: Splitter = createSplitter();
  /** One batch. libuv reads its first packet to the start; the further ones follow, each read with room for the largest. */
  readonly #arena = new Uint8Array(READ_BYTES + LIMITS.ADAPTER_BATCH_MAX_BYTES.value + READ_BYTES);
  readonly #arenaAddress: number;
  readonly #batch: AdapterPacket[] = [];
  /** Where the kernel's bytes go in a slot: behind a header of zeros if it gives none. */
  readonly #gap: number;
  #reader: AdapterReader | undefined;
  #source: Disposable | undefined;
  #closed = false;

  constructor(libc: Libc, device: TunDevice, mtu: number) {
    this.#libc = libc;
    this.#device = device;
    this.name = device.name;
    this.mtu = mtu;
    this.offload = device.offload;
    this.#gap = device.headers ? 0 : OFFLOAD_HEADER_BYTES;
    this.#arenaAddress = libc.addressOf(this.#arena);
  }

  start(reader: AdapterReader): void {
    if (this.#reader !== undefined) throw new Error('the adapter was started already');
    if (this.#closed) throw new Error('the adapter was disposed of');
    this.#reader = reader;
    this.#source = readDescriptor(this.#libc, this.#device.fd, this.#arena.subarray(this.#gap, READ_BYTES), {
      onRead: (length) => this.#onReadable(length),
      onFailure: (cause) => this.#fail(cause),
    });
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
    this.#source?.[Symbol.dispose]();
    this.#libc.close(this.#device.fd);
  }

  #inject(packet: AdapterPacket): boolean {
    if (this.#passesOn(packet)) return this.#writeOne(packet);
    let refused = 0;
    const pieces = this.#split(packet, (piece) => {
      if (!this.#writeOne(piece)) refused++;
    });
    return pieces > 0 && refused === 0;
  }

  #passesOn(packet: AdapterPacket): boolean {
    if (!this.#device.headers) return isOrdinary(packet);
    const type = gsoTypeOf(packet);
    if (type === GSO.TCP_IPV4 || type === GSO.TCP_IPV6) return this.offload.tcp;
    return type === GSO.NONE || (type === GSO.UDP && this.offload.udp);
  }

  #writeOne(packet: AdapterPacket): boolean {
    const bytes = this.#gap === 0 ? packet : packet.subarray(this.#gap);
    if (this.#libc.write(this.#device.fd, bytes, bytes.length) === bytes.length) return true;
    // EINVAL and EMSGSIZE: malformed; EAGAIN and ENOBUFS: no memory; EIO: the interface is down.
    if (this.#libc.errno() === EBADFD) this.#fail(describeErrno(EBADFD));
    return false;
  }

  /** Takes what else is ready and hands it over together. `length` bytes of the first packet are in the arena already. */
  #onReadable(length: number): void {
    this.#take(0, length);
    let bytes = length;
    for (let more = true; more && !this.#closed; ) {
      const errno = this.#fill();
      for (const packet of this.#batch) bytes += packet.length;
      this.#handOver();
      if (errno !== FULL && errno !== EAGAIN && errno !== EINTR) this.#fail(describeErrno(errno));
      more = errno === FULL && bytes < LIMITS.ADAPTER_DRAIN_MAX_BYTES.value;
    }
  }

  #handOver(): void {
    const batch = this.#batch;
    if (batch.length === 0) return;
    this.counters.read += batch.length;
    this.#reader?.onPackets(batch);
    batch.length = 0;
  }

  /** Reads on until a batch is full. @returns FULL then, else the errno that ended it */
  #fill(): number {
    const fd = this.#device.fd;
    const gap = this.#gap;
    const end = READ_BYTES + LIMITS.ADAPTER_BATCH_MAX_BYTES.value;
    for (let at = READ_BYTES; at < end && this.#batch.length < LIMITS.ADAPTER_BATCH_MAX_PACKETS.value; ) {
      const length = this.#libc.read(fd, this.#arenaAddress + at + gap, READ_BYTES - gap);
      if (length <= 0) return this.#libc.errno();
      this.#take(at, length);
      at += gap + length;
    }
    return FULL;
  }

  #take(at: number, length: number): void {
    const end = at + this.#gap + length;
    if (this.#gap > 0) this.#arena.fill(0, at, at + this.#gap);
    this.#batch.push(this.#arena.subarray(at, end));
  }

  #fail(cause: string): void {
    if (this.#closed) return;
    this[Symbol.dispose]();
    this.#reader?.onFailure(new CausewayError('ADAPTER_FAILED', { cause }));
  }
}
