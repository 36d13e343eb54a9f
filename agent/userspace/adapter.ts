/**
 * An adapter without a device: what the engine would give to a kernel goes to an IP stack in this process. Owns the
 * stack's clock and its turns.
 */
import { randomBytes } from 'node:crypto';
import type { Adapter, AdapterPacket, AdapterReader } from '#native/adapter.ts';
import { createSplitter } from '#native/offload.ts';
import { GSO, gsoTypeOf } from '#native/offload-header.ts';
import { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import { Stack } from './stack.ts';

export class UserspaceAdapter implements Adapter {
  readonly name = 'userspace';
  readonly mtu = LIMITS.ADAPTER_MTU_BYTES.value;
  readonly offload = { tcp: true, udp: false };
  readonly counters = { read: 0, written: 0, refused: 0 };
  readonly #split = createSplitter();
  #stack: Stack | undefined;
  #reader: AdapterReader | undefined;
  #isSettling = false;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #failure: Error | undefined;
  #isClosed = false;

  /** Gives the machine its addresses; once, before anything else. */
  configure(addresses: { readonly ipv4: string; readonly ipv6: string }): Stack {
    this.#stack = new Stack({
      ipv4: addresses.ipv4,
      ipv6: addresses.ipv6,
      mtu: this.mtu,
      now: () => Math.floor(performance.now()),
      random: () => randomBytes(4).readUInt32LE(),
      onBroken: (error) => this.#broken(error),
      onWork: () => this.#settleSoon(),
    });
    this.#schedule();
    return this.#stack;
  }

  /** @throws CausewayError ADAPTER_FAILED when the stack is broken */
  prove(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  start(reader: AdapterReader): void {
    if (this.#reader !== undefined) throw new Error('the adapter was started already');
    this.#reader = reader;
    this.#settleSoon();
  }

  write(packet: AdapterPacket): boolean {
    const accepted = this.#stack !== undefined && !this.#isClosed && this.#input(this.#stack, packet);
    if (accepted) this.counters.written++;
    else this.counters.refused++;
    return accepted;
  }

  [Symbol.dispose](): void {
    if (this.#isClosed) return;
    this.#stack?.abandon();
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  /** TCP goes in whole; datagrams that were joined are cut. */
  #input(stack: Stack, packet: AdapterPacket): boolean {
    if (gsoTypeOf(packet) !== GSO.UDP) return stack.input(packet);
    let accepted = true;
    const pieces = this.#split(packet, (piece) => {
      accepted = stack.input(piece) && accepted;
    });
    return accepted && pieces > 0;
  }

  /** After the turn of whoever is calling: what comes together is told and sent together. */
  #settleSoon(): void {
    if (this.#isSettling || this.#isClosed || this.#reader === undefined) return;
    this.#isSettling = true;
    queueMicrotask(() => {
      this.#isSettling = false;
      this.#settle();
    });
  }

  #settle(): void {
    if (this.#isClosed) return;
    this.#stack?.settle((packets) => {
      const most = LIMITS.ADAPTER_BATCH_MAX_PACKETS.value;
      for (let at = 0; at < packets.length; at += most) {
        const batch = packets.slice(at, at + most);
        this.counters.read += batch.length;
        this.#reader?.onPackets(batch);
      }
    });
    this.#schedule();
  }

  /** Re-arms the timer only when the next deadline came nearer; one that fires early costs one look. */
  #schedule(): void {
    const waits = this.#stack?.nextTick();
    if (waits === undefined || this.#isClosed) return;
    const at = performance.now() + waits;
    if (at >= this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    this.#timer = setTimeout(() => {
      this.#timerAt = Number.POSITIVE_INFINITY;
      this.#stack?.tick();
      this.#settle();
    }, waits);
  }

  #broken(error: unknown): void {
    if (this.#failure !== undefined) return;
    const failure = new CausewayError('ADAPTER_FAILED', { cause: `the IP stack stopped (${String(error)})` });
    this.#failure = failure;
    this[Symbol.dispose]();
    // Not from inside of whoever was calling the stack.
    queueMicrotask(() => this.#reader?.onFailure(failure));
  }
}
