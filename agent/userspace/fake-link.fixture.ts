/**
 * Two stacks joined back to back, on a clock that a test turns: packets take time, and by a seed some are lost or
 * overtaken. Each packet is also looked at as the adapter of a computer would: headers that fit, checksums that are right.
 */
import { createSplitter } from '#native/offload.ts';
import { transportOf } from '#native/packets.ts';
import { OFFLOAD_HEADER_BYTES } from '#protocol/tunnel-messages.ts';
import { SentTwice } from './sent-twice.fixture.ts';
import { Stack } from './stack.ts';
import type { TcpConnection, TcpHandlers } from './tcp-connection.ts';

export const A = { ipv4: '100.64.0.1', ipv6: 'fd00::1' };
export const B = { ipv4: '100.64.0.2', ipv6: 'fd00::2' };

interface FakeLinkOptions {
  readonly delayMs?: number;
  /** Of all packets, from 0 to 1. */
  readonly loss?: number;
  /** Of all packets, how many take up to three times as long. */
  readonly late?: number;
  readonly seed?: number;
}

export class FakeLink {
  now = 1_000;
  readonly a: Stack;
  readonly b: Stack;
  readonly counters = { packets: 0, lost: 0, superPackets: 0 };
  readonly twice = new SentTwice();
  /** While true nothing arrives. */
  isCut = false;
  readonly #options: Required<FakeLinkOptions>;
  readonly #underWay: { at: number; order: number; to: Stack; packet: Uint8Array }[] = [];
  readonly #split = createSplitter();
  #state: number;
  #order = 0;

  constructor({ delayMs = 5, loss = 0, late = 0, seed = 1 }: FakeLinkOptions = {}) {
    this.#options = { delayMs, loss, late, seed };
    this.#state = seed;
    const options = {
      mtu: 1_500,
      now: () => this.now,
      random: () => Math.floor(this.#random() * 0x1_0000_0000),
      onBroken: (error: unknown) => {
        throw error;
      },
      onWork: () => undefined,
    };
    this.a = new Stack({ ...A, ...options });
    this.b = new Stack({ ...B, ...options });
  }

  /** Lets time pass until it is so. @throws Error when that takes longer than `withinMs` of the link's clock */
  until(isSo: () => boolean, withinMs = 60_000): void {
    const end = this.now + withinMs;
    for (this.#settle(); !isSo(); this.#settle()) {
      if (this.now >= end) throw new Error(`not within ${withinMs} ms`);
      this.#step();
    }
  }

  pass(ms: number): void {
    const end = this.now + ms;
    this.until(() => this.now >= end, ms + 1);
  }

  #step(): void {
    this.#underWay.sort((x, y) => x.at - y.at || x.order - y.order);
    const arrival = this.#underWay[0]?.at ?? Number.POSITIVE_INFINITY;
    const due = Math.min(this.a.nextTick(), this.b.nextTick());
    this.now = Math.max(this.now, Math.min(arrival, this.now + Math.max(1, due)));
    for (let next = this.#underWay[0]; next !== undefined && next.at <= this.now; next = this.#underWay[0]) {
      this.#underWay.shift();
      if (!this.isCut) next.to.input(next.packet);
    }
    this.a.tick();
    this.b.tick();
  }

  #settle(): void {
    this.a.settle((packets) => this.#send(this.b, packets));
    this.b.settle((packets) => this.#send(this.a, packets));
  }

  #send(to: Stack, packets: readonly Uint8Array[]): void {
    for (const packet of packets) {
      this.#inspect(packet);
      this.counters.packets++;
      this.twice.look(packet);
      if (packet[1] !== 0) this.counters.superPackets++;
      if (this.#random() < this.#options.loss) {
        this.counters.lost++;
        continue;
      }
      const { delayMs, late } = this.#options;
      const extra = this.#random() < late ? this.#random() * 2 * delayMs : 0;
      this.#underWay.push({ at: this.now + delayMs + extra, order: this.#order++, to, packet: new Uint8Array(packet) });
    }
  }

  #inspect(packet: Uint8Array): void {
    const pieces = this.#split(packet, (piece) => {
      if (piece.length - OFFLOAD_HEADER_BYTES > 1_500) throw new Error(`a packet of ${piece.length} bytes`);
      if (transportOf(piece, OFFLOAD_HEADER_BYTES) === undefined) throw new Error('no transport header');
    });
    if (pieces === 0) throw new Error(`a malformed packet: ${Buffer.from(packet.subarray(0, 80)).toString('hex')}`);
  }

  /** xorshift32: the same seed, the same fate of every packet. */
  #random(): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) / 0x1_0000_0000;
  }
}

/** One end of a connection: what happened to it, and a source of bytes that waits for room. */
export class End implements TcpHandlers {
  connection: TcpConnection | undefined;
  readonly happened: string[] = [];
  received: Buffer[] = [];
  /** While true, what comes is not taken. */
  isFull = false;
  #toSend: Buffer = Buffer.alloc(0);
  #thenFinish = false;

  take(connection: TcpConnection | undefined): void {
    if (connection === undefined) throw new Error('no connection could be made');
    this.connection = connection;
    connection.handlers = this;
  }

  /** Sends it all, waiting for room, then finishes if asked to. */
  send(bytes: Buffer, { finish = false } = {}): void {
    this.#toSend = bytes;
    this.#thenFinish = finish;
    this.onRoom();
  }

  get bytes(): Buffer {
    return Buffer.concat(this.received);
  }

  onConnected(): void {
    this.happened.push('connected');
  }

  onData(bytes: Buffer): void {
    this.received.push(bytes);
    if (!this.isFull) this.connection?.taken(bytes.length);
  }

  onEnd(): void {
    this.happened.push('end');
  }

  onRoom(): void {
    const taken = this.connection?.write(this.#toSend) ?? 0;
    this.#toSend = this.#toSend.subarray(taken);
    if (this.#toSend.length === 0 && this.#thenFinish) this.connection?.finish();
  }

  onFailed(failure: string): void {
    this.happened.push(failure);
  }

  onClosed(): void {
    this.happened.push('closed');
  }
}

/** B serves a port, A connects to it. */
export function joined(link: FakeLink, address: string, port = 80): { near: End; far: End; served: Disposable } {
  const [near, far] = [new End(), new End()];
  const served = link.b.serve(port, (connection) => {
    far.take(connection);
  });
  near.take(link.a.connect(address, port));
  if (served === undefined) throw new Error('the port is taken');
  link.until(() => far.connection !== undefined && near.happened.includes('connected'));
  return { near, far, served };
}
