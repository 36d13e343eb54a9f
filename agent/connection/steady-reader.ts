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

interface Exchange {
  readonly stream: Duplex;
  /** From then on the stream hears nothing more of the socket. */
  readonly release: () => void;
}

export class SteadyReader {
  /** For the socket's options. */
  readonly onread: ReadInto;
  #take: (chunk: Uint8Array) => void;
  /** Copies of what arrived and nobody has taken yet. */
  readonly #kept: Uint8Array[] = [];
  #exchange: Exchange | undefined;

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

  /** A stream for one HTTP exchange on the socket; shares the socket's fate until {@link endExchange}. */
  exchangeOn(socket: TLSSocket): Duplex {
    const stream = new Duplex({
      read: () => undefined,
      write: (chunk: Uint8Array, _encoding, done) => void socket.write(chunk, done),
      destroy: (error, done) => {
        if (this.#exchange !== undefined) socket.destroy();
        done(error);
      },
    });
    const ended = () => void stream.push(null);
    const failed = (error?: Error) => void stream.destroy(error);
    const closed = () => failed();
    socket.on('end', ended).on('error', failed).on('close', closed);
    const release = () => void socket.off('end', ended).off('error', failed).off('close', closed);
    this.#exchange = { stream, release };
    this.#take = (chunk) => stream.push(Buffer.from(chunk));
    return stream;
  }

  /**
   * The exchange is over; the socket lives on.
   * @param rest what its stream had handed over and is not part of it
   */
  endExchange(rest: Uint8Array): void {
    this.#exchange?.release();
    const unread: unknown = this.#exchange?.stream.read();
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
