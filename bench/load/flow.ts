/**
 * A flow of frames from one synthetic machine to another with as many under way as their acknowledgements
 * allow: the window opens with each of them and shrinks by loss, as that of a TCP connection inside a
 * tunnel does. So a relay with short queues is not flooded, and one with long queues is kept busy.
 */
import type { RelayLink } from './relay-link.ts';

const SEQUENCE_BYTES = 4;
/** highest sequence number(4) frames received(4) */
const ACK_BYTES = 8;
/** Few enough to fit the shortest queue in a burst (derper's has 32 places). */
const ACK_EVERY_FRAMES = 16;
const ACK_EVERY_BYTES = 262_144;
/** What is acknowledged although the next acknowledgement is not due: the end of a burst. */
const LATE_ACK_MS = 5;
/** Without any acknowledgement for so long all that is under way is taken for lost. */
const GIVE_UP_MS = 200;
/** RFC 8312 §4.5. */
const SHRINK = 0.7;
const LEAST_WINDOW = 4;
/** Unsent bytes in the sender's socket at most: what an agent keeps there. */
const SOCKET_BYTES = 1_048_576;

export interface Received {
  readonly frames: number;
  readonly sequence: number;
}

/** Takes frames, acknowledges them to `peer`. */
export class Receiver {
  #link: RelayLink | null = null;
  #peer = 0;
  #frames = 0;
  #sequence = 0;
  #acknowledged = 0;
  readonly #ackEvery: number;

  constructor(payloadBytes: number) {
    this.#ackEvery = Math.max(1, Math.min(ACK_EVERY_FRAMES, Math.floor(ACK_EVERY_BYTES / payloadBytes)));
  }

  start(link: RelayLink, peer: number): void {
    this.#link = link;
    this.#peer = peer;
    setInterval(() => this.#acknowledge(), LATE_ACK_MS);
  }

  readonly onPayload = (beginning: Buffer): void => {
    this.#frames++;
    this.#sequence = beginning.readUInt32BE(0);
    if (this.#frames - this.#acknowledged >= this.#ackEvery) this.#acknowledge();
  };

  get received(): Received {
    return { frames: this.#frames, sequence: this.#sequence };
  }

  #acknowledge(): void {
    if (this.#link === null || this.#frames === this.#acknowledged) return;
    this.#acknowledged = this.#frames;
    const { bytes, payloadAt } = this.#link.frameTo(this.#peer, ACK_BYTES);
    bytes.writeUInt32BE(this.#sequence, payloadAt);
    bytes.writeUInt32BE(this.#frames, payloadAt + SEQUENCE_BYTES);
    this.#link.socket.write(bytes);
  }
}

/** Sends numbered frames for ever. */
export class Sender {
  readonly #most: number;
  #window: number;
  #sent = 0;
  #highest = 0;
  #arrived = 0;
  /** Loss of frames up to this one has been answered already. */
  #shrunkAt = 0;
  #heardAt = performance.now();
  #pump: () => void = () => undefined;

  constructor(windowFrames: number) {
    this.#most = windowFrames;
    this.#window = Math.min(windowFrames, ACK_EVERY_FRAMES);
  }

  start(link: RelayLink, peer: number, payloadBytes: number): void {
    const template = link.frameTo(peer, payloadBytes);
    const frameBytes = template.bytes.length;
    // Side by side, so that a burst is one write; and twice what waits in the socket, which may not change.
    const places = Math.ceil((2 * SOCKET_BYTES) / frameBytes) + 2;
    const ring = Buffer.concat(Array.from({ length: places }, () => template.bytes));
    const { socket } = link;
    this.#pump = () => {
      while (!socket.writableNeedDrain && socket.writableLength < SOCKET_BYTES) {
        const place = this.#sent % places;
        const room = Math.floor(this.#window) - (this.#sent - this.#highest);
        const burst = Math.min(room, places - place, Math.max(1, Math.floor(ACK_EVERY_BYTES / frameBytes)));
        if (burst < 1) return;
        for (let index = place; index < place + burst; index++) {
          ring.writeUInt32BE(++this.#sent, index * frameBytes + template.payloadAt);
        }
        socket.write(ring.subarray(place * frameBytes, (place + burst) * frameBytes));
      }
    };
    socket.on('drain', this.#pump);
    setInterval(() => this.#checkSilence(), GIVE_UP_MS);
    this.#pump();
  }

  readonly onPayload = (beginning: Buffer): void => {
    const [highest, arrived] = [beginning.readUInt32BE(0), beginning.readUInt32BE(SEQUENCE_BYTES)];
    const [passed, came] = [highest - this.#highest, arrived - this.#arrived];
    this.#heardAt = performance.now();
    if (passed > came && highest > this.#shrunkAt) this.#shrink();
    else this.#window = Math.min(this.#most, this.#window + came / this.#window);
    this.#highest = Math.max(this.#highest, highest);
    this.#arrived = arrived;
    this.#pump();
  };

  #checkSilence(): void {
    if (performance.now() - this.#heardAt < GIVE_UP_MS || this.#sent === this.#highest) return;
    this.#highest = this.#sent;
    this.#shrink();
    this.#pump();
  }

  #shrink(): void {
    this.#window = Math.max(LEAST_WINDOW, this.#window * SHRINK);
    this.#shrunkAt = this.#sent;
  }
}
