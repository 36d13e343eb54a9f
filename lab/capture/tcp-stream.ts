/**
 * One direction of a TCP connection, put together from captured segments whatever their order and
 * however often they were sent (RFC 9293 §3.4).
 */
import type { TcpSegment } from './packets.ts';

export class TcpStream {
  /** Sequence number of the SYN. */
  readonly begins: number;
  readonly #pieces: { at: number; payload: Buffer }[] = [];

  constructor(begins: number) {
    this.begins = begins;
  }

  add(segment: TcpSegment): void {
    if (segment.payload.length === 0) return;
    // Distance from the first byte after the SYN, modulo 2^32; streams here are far shorter than that.
    this.#pieces.push({ at: (segment.sequence - this.begins - 1) >>> 0, payload: segment.payload });
  }

  /** Everything from the first byte to the first gap; `complete` if there is none. */
  assemble(): { readonly bytes: Buffer; readonly complete: boolean } {
    const parts: Buffer[] = [];
    let next = 0;
    for (const { at, payload } of this.#pieces.sort((a, b) => a.at - b.at)) {
      // A keepalive probe before any data stands at -1, which is 2^32 - 1 here.
      if (at === 0xffffffff && payload.length === 1) continue;
      if (at > next) return { bytes: Buffer.concat(parts), complete: false };
      if (at + payload.length <= next) continue;
      parts.push(payload.subarray(next - at));
      next = at + payload.length;
    }
    return { bytes: Buffer.concat(parts), complete: true };
  }
}
