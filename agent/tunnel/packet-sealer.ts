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
  readonly #recordHeader = new Uint8Array(RECORD_HEADER_BYTES);

  /** Leaves out what is no packet of possible size: `packets` of the result tells how many went in. */
  seal(session: Session, packets: readonly AdapterPacket[]): SealedPackets {
    const frames: RoomyMessage[] = [];
    let [count, bytes, used] = [0, 0, 0];
    const flush = () => {
      if (used > 0) frames.push(session.seal(this.#plaintext.subarray(0, used)));
      used = 0;
    };
    for (const packet of packets) {
      if (!isCarriable(packet)) continue;
      const { type, body } = packetRecord(packet);
      count++;
      bytes += body.length;
      if (used + RECORD_HEADER_BYTES + body.length > PLAINTEXT_MAX_BYTES || body.length >= LARGE_BYTES) flush();
      if (body.length >= LARGE_BYTES) {
        writeRecordHeader(this.#recordHeader, 0, type, body.length);
        frames.push(session.seal(this.#recordHeader, body));
      } else {
        used = writeRecordHeader(this.#plaintext, used, type, body.length);
        this.#plaintext.set(body, used);
        used += body.length;
      }
    }
    flush();
    return { frames, packets: count, bytes };
  }
}
