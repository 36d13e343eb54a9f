/**
 * Reads a TLS socket into one buffer that is used again and again. Node otherwise makes a fresh buffer for
 * each TLS record, 16 KiB outside the JavaScript heap, and the garbage collector has to look for them.
 * Such a socket has no 'data', so the HTTP exchange that opens the connection is led through a stream of
 * its own. Knows nothing of what is read.
 */
import { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { ReadInto } from './pinned-socket.ts';

/** All of the largest TLS record (RFC 8446 §5.1): Node hands over record by record. */
const RECORD_BYTES = 16_384;

export class SteadyReader {
  /** For the socket's options. */
  readonly onread: ReadInto;
  #take: (chunk: Uint8Array) => void;
  /** Copies of what arrived and nobody has taken yet. */
  readonly #kept: Uint8Array[] = [];
  #exchange: Duplex | undefined;

  constructor() {
    const buffer = new Uint8Array(RECORD_BYTES);
    this.#take = (chunk) => void this.#kept.push(new Uint8Array(chunk));
    this.onread = {
      buffer,
      callback: (length) => {
        this.#take(buffer.subarray(0, length));
        return true;
      },
    };
  }

  /** A stream for one HTTP exchange on the socket. */
  exchangeOn(socket: TLSSocket): Duplex {
    const exchange = new Duplex({
      read: () => undefined,
      write: (chunk: Uint8Array, _encoding, done) => void socket.write(chunk, done),
      destroy: (error, done) => {
        if (this.#exchange !== undefined) socket.destroy();
        done(error);
      },
    });
    socket.once('end', () => exchange.push(null));
    socket.once('error', (error) => exchange.destroy(error));
    socket.once('close', () => exchange.destroy());
    this.#exchange = exchange;
    this.#take = (chunk) => exchange.push(Buffer.from(chunk));
    return exchange;
  }

  /**
   * The exchange is over; the socket lives on.
   * @param rest what its stream had handed over and is not part of it
   */
  endExchange(rest: Uint8Array): void {
    const unread: unknown = this.#exchange?.read();
    this.#kept.push(rest, ...(unread instanceof Uint8Array ? [unread] : []));
    this.#exchange = undefined;
    this.#take = (chunk) => void this.#kept.push(new Uint8Array(chunk));
  }

  /** From now on `take` is called with whatever arrives, first with what was kept: views that are valid during the call. */
  handOver(take: (chunk: Uint8Array) => void): void {
    this.#take = take;
    for (const chunk of this.#kept.splice(0)) if (chunk.length > 0) take(chunk);
  }
}
