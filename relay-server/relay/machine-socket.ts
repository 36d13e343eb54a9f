/**
 * One machine's WebSocket as the relay core's outlet, straight on its TLS socket. Says when it is full, so
 * that what comes on top waits in the core's fair queue and not here. Knows nothing of routing.
 */
import type { Duplex } from 'node:stream';
import { LIMITS } from '#protocol/limits.ts';
import {
  closePayload,
  closeStatus,
  controlFrame,
  MessageReader,
  OPCODE,
  type RoomyMessage,
  serverFrame,
} from '#protocol/websocket.ts';
import type { FrameMemory } from '#runtime/frame-memory.ts';
import type { Outlet } from './connection.ts';
import type { SharedReading } from './shared-reading.ts';
import type { Flushable, WriteTurn } from './write-turn.ts';

export interface MachineSocketEvents {
  /** A whole binary message; the receiver owns the bytes and the room before them. */
  onMessage(frame: RoomyMessage): void;
  /** A sign of life other than a message. */
  onAlive(): void;
  /** Full before, takes more now. */
  onWritable(): void;
  /** The other side broke the cap or the WebSocket protocol; the socket is closing with the fitting status. */
  onViolation(what: 'over-cap' | 'malformed'): void;
  onClose(): void;
}

/** What all sockets of a relay share. */
export interface SocketSurroundings {
  readonly memory: FrameMemory;
  readonly turn: WriteTurn;
  readonly reading: SharedReading;
  /** Told of bytes that Node has taken anew, which the garbage collector will have to free. */
  readonly fresh: (bytes: number) => void;
}

export class MachineSocket implements Outlet, Flushable {
  readonly #socket: Duplex;
  readonly #events: MachineSocketEvents;
  readonly #surroundings: SocketSurroundings;
  /** Small frames, with their headers, for the end of the turn. */
  #gathered: Uint8Array[] = [];
  #gatheredBytes = 0;
  /** Frames sent since the socket was last empty. */
  #frames = 0;
  #full = false;
  #closing = false;

  /** @param head what came in one packet with the request */
  constructor(socket: Duplex, head: Uint8Array, surroundings: SocketSurroundings, events: MachineSocketEvents) {
    this.#socket = socket;
    this.#events = events;
    this.#surroundings = surroundings;
    const reader = new MessageReader(
      {
        from: 'client',
        maxMessageBytes: LIMITS.RELAY_FRAME_MAX_BYTES.value,
        allocate: surroundings.memory.take,
        lent: true,
      },
      {
        onMessage: (frame) => events.onMessage(frame),
        onControl: (opcode, payload) => this.#control(opcode, payload),
        onViolation: (status) => {
          this.close(status);
          events.onViolation(status === 1009 ? 'over-cap' : 'malformed');
        },
      },
    );
    const read = (chunk: Uint8Array) => surroundings.turn.run(() => reader.push(chunk));
    surroundings.reading.begin(socket, read);
    socket.on('data', (chunk: Uint8Array) => {
      surroundings.fresh(chunk.length);
      read(chunk);
    });
    socket.on('end', () => {
      this.close(1005);
      this.#endWhenWritten();
    });
    // What goes wrong is followed by 'close'.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => events.onClose());
    if (head.length > 0) setImmediate(read, head);
  }

  send(frame: RoomyMessage): boolean {
    if (this.#closing) return true;
    const { length } = frame;
    const buffered = this.#socket.writableLength + this.#gatheredBytes;
    if (buffered === 0) this.#frames = 0;
    this.#frames++;
    const fills =
      !this.#full &&
      (buffered + length >= LIMITS.RELAY_SOCKET_HIGH_WATER_BYTES.value ||
        this.#frames >= LIMITS.RELAY_SOCKET_HIGH_WATER_FRAMES.value);
    if (length < LIMITS.RELAY_GATHER_BELOW_BYTES.value && !fills) {
      this.#gather(serverFrame(frame));
    } else {
      this.flush();
      this.#write(frame, fills);
    }
    return !this.#full;
  }

  /** Writes what was gathered. */
  flush(): void {
    const [only] = this.#gathered;
    if (only === undefined) return;
    this.#socket.write(this.#gathered.length === 1 ? only : Buffer.concat(this.#gathered, this.#gatheredBytes));
    this.#gathered = [];
    this.#gatheredBytes = 0;
  }

  ping(): void {
    if (!this.#closing) this.#socket.write(controlFrame('server', OPCODE.PING));
  }

  /** @param status 1005 for none */
  close(status: number): void {
    if (this.#closing) return;
    this.flush();
    this.#closing = true;
    const payload = status === 1005 ? undefined : closePayload(status);
    this.#socket.end(controlFrame('server', OPCODE.CLOSE, payload));
    // Its own good-bye, or its end; one that sends neither is not waited for.
    setTimeout(() => this.#socket.destroy(), LIMITS.RELAY_CLOSE_GRACE_MS.value).unref();
  }

  terminate(): void {
    this.#closing = true;
    this.#socket.destroy();
  }

  #gather(frame: Uint8Array): void {
    if (this.#gatheredBytes + frame.length > LIMITS.RELAY_GATHERED_MAX_BYTES.value) this.flush();
    this.#gathered.push(frame);
    this.#gatheredBytes += frame.length;
    if (this.#gathered.length === 1) this.#surroundings.turn.add(this);
  }

  #write(frame: RoomyMessage, fills: boolean): void {
    const { memory } = this.#surroundings;
    const owned = memory.owns(frame);
    // The frame that fills the socket says when all before it, and itself, went to the kernel.
    if (fills) this.#full = true;
    if (!owned && !fills) {
      this.#socket.write(serverFrame(frame));
      return;
    }
    this.#socket.write(serverFrame(frame), (error) => {
      if (owned) memory.give(frame);
      if (!fills) return;
      this.#full = false;
      if (error === undefined || error === null) this.#events.onWritable();
    });
  }

  /** Nothing more is to come: what was sent is the last. */
  #endWhenWritten(): void {
    if (this.#socket.writableFinished) this.#socket.destroy();
    else this.#socket.once('finish', () => this.#socket.destroy());
  }

  #control(opcode: number, payload: Uint8Array): void {
    this.#events.onAlive();
    if (opcode === OPCODE.PING && !this.#closing) {
      this.flush();
      this.#socket.write(controlFrame('server', OPCODE.PONG, payload));
    } else if (opcode === OPCODE.CLOSE) {
      this.close(closeStatus(payload));
      this.#endWhenWritten();
    }
  }
}
