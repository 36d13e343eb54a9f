/**
 * What one program of the soak does with one peer: a TCP connection that stays and carries small requests, new
 * connections by the peer's name, transfers, datagrams. It goes on while policy denies the peer: what then gets
 * through is a leak.
 */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Sender } from './datagrams.ts';
import { type Exchange, exchange, PORT } from './exchange.ts';
import type { Reach } from './reach.ts';
import type { Tally } from './tally.ts';
import type { Word } from './words.ts';

const REQUEST_EVERY_MS = 2_000;
const REQUEST_MAX_BYTES = 4_096;
const VISIT_EVERY_MS = 10_000;
const TRANSFER_EVERY_MS = 60_000;
const TRANSFER_MAX_BYTES = 4_000_000;
const DATAGRAM_EVERY_MS = 1_000;
const DATAGRAM_MAX_BYTES = 1_200;
/** Three datagrams in a row without an answer. */
const GAP_MS = 3_000;
/** A request without an answer for so long has stalled; the pause of a busy computer is shorter. */
const STALL_MS = 5_000;
/** Until an attempt to connect is given up. */
const CONNECT_MS = 5_000;
/** Until a transfer is. TCP itself waits longer. */
const TRANSFER_MS = 120_000;

export class Conversation {
  readonly #peer: string;
  readonly #reach: Reach;
  readonly #tally: Tally;
  readonly #tell: (word: Word) => void;
  readonly #sender: Sender;
  #answeredAt = 0;
  #requestAnsweredAt = 0;
  #paused: PromiseWithResolvers<void> | undefined;

  constructor(peer: string, reach: Reach, tally: Tally, tell: (word: Word) => void) {
    this.#peer = peer;
    this.#reach = reach;
    this.#tally = tally;
    this.#tell = tell;
    this.#sender = new Sender(randomBytes(8), peer, tally, () => this.#datagramAnswered());
  }

  /** When something last came back both by datagrams and over the lasting connection. */
  get aliveAt(): number {
    return Math.min(this.#answeredAt, this.#requestAnsweredAt);
  }

  start(): void {
    this.#answeredAt = Date.now();
    void this.#forEver(REQUEST_EVERY_MS, () => this.#stay());
    void this.#forEver(VISIT_EVERY_MS, () => this.#visit({ ...small(), how: 'a new connection' }, this.#peer));
    void this.#forEver(TRANSFER_EVERY_MS, () => this.#visit({ ...large(), how: 'a transfer' }, this.#address()));
    void this.#forEver(DATAGRAM_EVERY_MS, async () => {
      this.#sender.send(this.#datagramAddress(), 16 + below(DATAGRAM_MAX_BYTES - 16));
    });
  }

  pause(): void {
    this.#paused ??= Promise.withResolvers();
  }

  resume(): void {
    this.#answeredAt = Date.now();
    this.#paused?.resolve();
    this.#paused = undefined;
  }

  /** Policy allows it again: what was silent so far is no gap. */
  allowed(): void {
    this.#answeredAt = Date.now();
  }

  async #forEver(everyMs: number, act: () => Promise<void>): Promise<void> {
    for (;;) {
      // Not all at one moment.
      await sleep(everyMs * (0.5 + Math.random()));
      await this.#paused?.promise;
      await act();
    }
  }

  /** Requests over one connection for as long as it lives. */
  async #stay(): Promise<void> {
    const begun = Date.now();
    const socket = await this.#open(this.#address(), begun, 'the lasting connection');
    if (socket === null) return;
    let workedAt = Date.now();
    try {
      for (;;) {
        const asked = Date.now();
        await this.#exchange(socket, small());
        if (Date.now() - asked > STALL_MS) this.#trouble('stalled', asked, 'no answer over the lasting connection');
        workedAt = Date.now();
        this.#requestAnsweredAt = workedAt;
        await sleep(REQUEST_EVERY_MS * (0.5 + Math.random()));
        await this.#paused?.promise;
        // Only what was under way counts as silence.
        if (!socket.destroyed) workedAt = Date.now();
      }
    } catch (error) {
      this.#trouble('broken', workedAt, `the lasting connection: ${textOf(error)}`);
    } finally {
      socket.destroy();
    }
  }

  /** One exchange over a connection of its own. @param to name or address */
  async #visit(wanted: Exchange & { readonly how: string }, to: string): Promise<void> {
    const begun = Date.now();
    const socket = await this.#open(to, begun, wanted.how);
    if (socket === null) return;
    const late = setTimeout(() => socket.destroy(new Error('not over in time')), TRANSFER_MS);
    try {
      await this.#exchange(socket, wanted);
      if (wanted.upBytes + wanted.downBytes > 2 * REQUEST_MAX_BYTES) this.#tally.add({ transfers: 1 });
    } catch (error) {
      this.#trouble('broken', begun, `${wanted.how}: ${textOf(error)}`);
    } finally {
      clearTimeout(late);
      socket.destroy();
    }
  }

  async #exchange(socket: Socket, wanted: Exchange): Promise<void> {
    await exchange(socket, wanted, (wrong) => {
      this.#reach.came(this.#peer, 'an answer over TCP');
      if (wrong > 0) this.#tally.wrong(this.#peer, `${wrong} wrong bytes over TCP`);
    });
    this.#tally.add({ requests: 1, bytes: wanted.upBytes + wanted.downBytes });
  }

  async #open(to: string, begun: number, what: string): Promise<Socket | null> {
    const socket = connect({ host: to, port: PORT, noDelay: true });
    const { promise, resolve } = Promise.withResolvers<string | null>();
    const late = setTimeout(() => resolve('no connection in time'), CONNECT_MS);
    socket.on('error', (error) => resolve(textOf(error)));
    socket.once('connect', () => resolve(null));
    const fault = await promise;
    clearTimeout(late);
    if (fault === null) return socket;
    socket.destroy();
    this.#trouble('failed', begun, `${what} to ${to}: ${fault}`);
    return null;
  }

  #datagramAnswered(): void {
    const now = Date.now();
    this.#reach.came(this.#peer, 'an answer to a datagram');
    const since = this.#answeredAt;
    this.#answeredAt = now;
    if (now - since > GAP_MS && !this.#reach.isDenied(this.#peer)) {
      this.#tell({ event: 'gap', peer: this.#peer, from: since, to: now });
    }
  }

  #trouble(kind: 'broken' | 'stalled' | 'failed', from: number, cause: string): void {
    // It is to go wrong then.
    if (this.#reach.isDenied(this.#peer)) return;
    this.#tell({ event: 'trouble', kind, peer: this.#peer, from, to: Date.now(), cause });
  }

  #address(): string {
    const { ipv4, ipv6 } = this.#reach.member(this.#peer);
    return Math.random() < 0.5 ? ipv4 : ipv6;
  }

  #datagramAddress(): string {
    const { ipv4, ipv6 } = this.#reach.member(this.#peer);
    return Math.random() < 0.5 ? `::ffff:${ipv4}` : ipv6;
  }
}

function small(): Exchange {
  return { seed: randomBytes(8), upBytes: below(REQUEST_MAX_BYTES), downBytes: below(REQUEST_MAX_BYTES) };
}

function large(): Exchange {
  const bytes = TRANSFER_MAX_BYTES / 10 + below(TRANSFER_MAX_BYTES);
  const up = Math.random() < 0.5;
  return { seed: randomBytes(8), upBytes: up ? bytes : 16, downBytes: up ? 16 : bytes };
}

function below(most: number): number {
  return Math.floor(Math.random() * most);
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error ? String(error.code) : error.message;
}
