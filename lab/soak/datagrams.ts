/**
 * Datagrams between two programs of the soak: numbered, their bytes following from number and seed, sent back
 * as they came. Loss is what UDP promises; a wrong byte or one datagram twice is not.
 *
 *     seed(8) number(4), then bytes
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { Content } from './content.ts';
import type { Reach } from './reach.ts';
import type { Tally } from './tally.ts';

const PORT = 7_000;
const HEAD_BYTES = 12;
const SEED_BYTES = 8;
/** After this an answer is taken for lost. */
const LOST_AFTER_MS = 10_000;

/** Sends back whatever comes. */
export async function serveDatagrams(reach: Reach, tally: Tally): Promise<void> {
  const socket = createSocket('udp6');
  const seen = new Map<string, number>();
  socket.on('message', (message, { address, port }) => {
    const peer = reach.nameOf(address);
    reach.came(peer, 'a datagram');
    check(message, (what) => tally.wrong(peer, `${what}, at the server`));
    const key = message.toString('hex', 0, HEAD_BYTES);
    if (seen.has(key)) tally.wrong(peer, 'a datagram came twice to the server');
    seen.set(key, Date.now());
    forgetOld(seen);
    socket.send(message, port, address, () => undefined);
  });
  socket.on('error', () => undefined);
  socket.bind(PORT, '::');
  await once(socket, 'listening');
}

/** Sends to one peer, one now and then. */
export class Sender {
  readonly #socket: Socket;
  readonly #seed: Buffer;
  readonly #tally: Tally;
  readonly #waiting = new Map<number, number>();
  readonly #answered = new Map<string, number>();
  #number = 0;

  /** @param onAnswer called for each answer */
  constructor(seed: Buffer, peer: string, tally: Tally, onAnswer: () => void) {
    this.#seed = seed;
    this.#tally = tally;
    this.#socket = createSocket('udp6');
    this.#socket.on('error', () => undefined);
    this.#socket.on('message', (message) => {
      const number = message.length < HEAD_BYTES ? -1 : message.readUInt32BE(SEED_BYTES);
      check(message, (what) => tally.wrong(peer, `${what}, in an answer`));
      if (this.#answered.has(String(number))) tally.wrong(peer, 'the answer to a datagram came twice');
      this.#answered.set(String(number), Date.now());
      forgetOld(this.#answered);
      this.#waiting.delete(number);
      tally.add({ bytes: 2 * message.length });
      onAnswer();
    });
  }

  /** @param address IPv6, or IPv4 mapped into it */
  send(address: string, bytes: number): void {
    const head = Buffer.alloc(HEAD_BYTES);
    this.#seed.copy(head);
    head.writeUInt32BE(this.#number, SEED_BYTES);
    const message = Buffer.concat([head, contentOf(head).take(Math.max(0, bytes - HEAD_BYTES))]);
    this.#waiting.set(this.#number++, Date.now());
    this.#tally.add({ datagrams: 1 });
    // Without a way there it is lost like any other.
    this.#socket.send(message, PORT, address, () => undefined);
    const long = Date.now() - LOST_AFTER_MS;
    for (const [number, sentAt] of this.#waiting) {
      if (sentAt > long) break;
      this.#waiting.delete(number);
      this.#tally.add({ lostDatagrams: 1 });
    }
  }
}

function contentOf(head: Buffer): Content {
  return new Content(head.toString('hex'));
}

function check(message: Buffer, onWrong: (what: string) => void): void {
  if (message.length < HEAD_BYTES) {
    onWrong(`a datagram of ${message.length} bytes`);
    return;
  }
  const wrong = contentOf(message.subarray(0, HEAD_BYTES)).wrongIn(message.subarray(HEAD_BYTES));
  if (wrong > 0) onWrong(`a datagram with ${wrong} wrong bytes`);
}

/** Of those whose twin would have come by now. */
function forgetOld(seen: Map<string, number>): void {
  const long = Date.now() - 6 * LOST_AFTER_MS;
  for (const [key, at] of seen) {
    if (at > long) return;
    seen.delete(key);
  }
}
