/**
 * Reads a server's TLS sockets into one buffer for all of them. Node otherwise makes fresh memory for each TLS
 * record and leads it through a stream: a sixth of the processor time that the relay takes, and garbage outside
 * V8's heap of which the rest is a collection of everything, once a second at full speed. A client asks for such a buffer with
 * the documented option `onread` of `tls.connect`. A server's sockets are made by Node, which has no such option,
 * though all that the option does can be done afterwards: the symbols by which a socket knows its buffer and the
 * method of its handle are those of Node 22, 24 and 26. Where they are not there, the caller has 'data' as ever.
 *
 * One buffer is enough, because Node fills it and calls back before it reads anything else.
 */
import type { Duplex } from 'node:stream';

/** All of the largest TLS record (RFC 8446 §5.1): Node hands over record by record. */
const RECORD_BYTES = 16_384;

interface Internals {
  readonly _handle?: { useUserBuffer?: (buffer: Uint8Array) => void } | null;
  [symbol: symbol]: unknown;
}

export class SharedReading {
  readonly #buffer = Buffer.allocUnsafeSlow(RECORD_BYTES);

  /**
   * From now on what the socket receives goes to `take`, in chunks that are valid during the call. What Node had
   * read before comes as 'data' still, and first.
   * @returns false when this is not to be had: all of it comes as 'data'
   */
  begin(socket: Duplex, take: (chunk: Uint8Array) => void): boolean {
    const buffer = this.#buffer;
    const internals = socket as unknown as Internals;
    const bufferKey = symbolOf(socket, 'kBuffer');
    const callbackKey = symbolOf(socket, 'kBufferCb');
    if (bufferKey === undefined || callbackKey === undefined) return false;
    if (typeof internals._handle?.useUserBuffer !== 'function') return false;
    internals._handle.useUserBuffer(buffer);
    internals[bufferKey] = buffer;
    internals[callbackKey] = (length: number) => {
      take(buffer.subarray(0, length));
      return true;
    };
    return true;
  }
}

function symbolOf(socket: Duplex, description: string): symbol | undefined {
  return Object.getOwnPropertySymbols(socket).find((symbol) => symbol.description === description);
}
