/**
 * From adapter packets to relay frames: as few DATA messages as the packets fit into, with as few copies as
 * node:crypto allows. One large packet goes to the cipher straight from where it lies; small ones are
 * gathered first, because a call into the cipher costs more than copying them.
 */
import type { AdapterPacket } from '#native/adapter.ts';
import { LIMITS } from '#protocol/limits.ts';
import { RECORD_HEADER_BYTES } from '#protocol/tunnel-messages.ts';
import type { RoomyMessage } from '#protocol/websocket.ts';
import { isCarriable, packetRecord, writeRecordHeader } from './records.ts';
import type { Session } from './session.ts';

const PLAINTEXT_MAX_BYTES = LIMITS.TUNNEL_PLAINTEXT_MAX_BYTES.value;
/** No second one of this size fits into a message, so gathering would only copy. */
const LARGE_BYTES = PLAINTEXT_MAX_BYTES / 2;

export interface SealedPackets {
  /** Relay frames in order, each in a buffer of its own. */
  readonly frames: RoomyMessage[];
  readonly packets: number;
  /** Bytes of the IP packets. */
  readonly bytes: number;
}

export class PacketSealer {
  readonly #plaintext = new Uint8Array(PLAINTEXT_MAX_BYTES);

  /**
   * Leaves out what is no packet of possible size: `packets` of the result tells how many went in.
   * @param lead a record that goes along, before them
   */
  seal(session: Session, packets: readonly AdapterPacket[], lead?: Uint8Array): SealedPackets {
    const frames: RoomyMessage[] = [];
    const plaintext = this.#plaintext;
    let [count, bytes, used] = [0, 0, lead?.length ?? 0];
    if (lead !== undefined) plaintext.set(lead);
    const flush = (body?: Uint8Array) => {
      if (used > 0) frames.push(session.seal(plaintext.subarray(0, used), body));
      used = 0;
    };
    for (const packet of packets) {
      if (!isCarriable(packet)) continue;
      const { type, body } = packetRecord(packet);
      count++;
      bytes += body.length;
      if (used + RECORD_HEADER_BYTES + body.length > PLAINTEXT_MAX_BYTES) flush();
      used = writeRecordHeader(plaintext, used, type, body.length);
      if (body.length >= LARGE_BYTES) {
        flush(body);
      } else {
        plaintext.set(body, used);
        used += body.length;
      }
    }
    flush();
    return { frames, packets: count, bytes };
  }
}
