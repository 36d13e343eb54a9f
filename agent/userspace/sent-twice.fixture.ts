/** Counts TCP data that is sent a second time, which on a link that loses nothing is none. */
import { flowKey, PROTOCOL, transportOf } from '#native/packets.ts';
import { OFFLOAD_HEADER_BYTES } from '#protocol/tunnel-messages.ts';

export class SentTwice {
  packets = 0;
  /** By connection and direction, where what was sent so far ends. */
  readonly #ends = new Map<number, number>();

  /** @param packet the sender's, before anything can have been lost */
  look(packet: Uint8Array): void {
    const transport = transportOf(packet, OFFLOAD_HEADER_BYTES);
    if (transport?.protocol !== PROTOCOL.TCP) return;
    const view = new DataView(packet.buffer, packet.byteOffset + transport.at, packet.length - transport.at);
    const bytes = view.byteLength - (view.getUint8(12) >> 4) * 4;
    if (bytes === 0) return;
    const end = (view.getUint32(4) + bytes) >>> 0;
    const flow = flowKey(packet, OFFLOAD_HEADER_BYTES);
    // Sequence numbers go round (RFC 9293 §3.4).
    const isNews = ((end - (this.#ends.get(flow) ?? end - 1)) | 0) > 0;
    if (isNews) this.#ends.set(flow, end);
    else this.packets++;
  }
}
