/**
 * The WebSocket to the relay, straight on its TLS socket: whole frames in and out, nothing of what is in
 * them. Whoever owns it decides about reconnecting.
 */
import type { TLSSocket } from 'node:tls';
import { LIMITS } from '#protocol/limits.ts';
import {
  asRoomy,
  clientFrame,
  closePayload,
  closeStatus,
  controlFrame,
  HEADER_ROOM_BYTES,
  MessageReader,
  OPCODE,
  type RoomyMessage,
} from '#protocol/websocket.ts';
import type { FrameMemory } from '#runtime/frame-memory.ts';
import { type Upgraded, type UpgradeTarget, upgradePinned } from '../connection/pinned-upgrade.ts';
import type { SteadyReader } from '../connection/steady-reader.ts';

export interface RelaySocketEvents {
  /** One relay frame; a view that is valid during the call. */
  onFrame(frame: Uint8Array): void;
  /** Once: the relay closed with this WebSocket status, or the connection is gone (1006); or it broke the protocol. */
  onClosed(status: number, broken: boolean): void;
  /** The socket was asked to hold more than it takes at once, and has handed all of it to the kernel. */
  onDrained(): void;
}

/** RFC 6455 §7.4.1 */
const NO_STATUS = 1005;
const GONE = 1006;

/**
 * Connects to a relay; nothing is handed over before {@link RelaySocket.start}.
 * @param signal ends the attempt, not the open connection
 * @throws CausewayError as {@link upgradePinned}
 */
export async function openRelaySocket(
  target: UpgradeTarget,
  memory: FrameMemory,
  events: RelaySocketEvents,
  signal: AbortSignal,
): Promise<RelaySocket> {
  return new RelaySocket(await upgradePinned(target, signal), memory, events);
}

export class RelaySocket {
  readonly #socket: TLSSocket;
  readonly #events: RelaySocketEvents;
  readonly #memory: FrameMemory;
  readonly #source: SteadyReader;
  readonly #reader: MessageReader;
  /** A frame that comes in pieces is put together here; it is dead when its handler returns. */
  readonly #assembly = new Uint8Array(HEADER_ROOM_BYTES + LIMITS.RELAY_FRAME_MAX_BYTES.value);
  #ended = false;

  /** @param memory gets back the frames that were sent */
  constructor({ socket, reader, id }: Upgraded, memory: FrameMemory, events: RelaySocketEvents) {
    this.#socket = socket;
    this.#events = events;
    this.#memory = memory;
    this.#reader = new MessageReader(
      {
        from: 'server',
        maxMessageBytes: LIMITS.RELAY_FRAME_MAX_BYTES.value,
        allocate: (length) => asRoomy(this.#assembly.subarray(HEADER_ROOM_BYTES, HEADER_ROOM_BYTES + length)),
      },
      {
        onMessage: (frame) => {
          // One packet may hold many messages, and the first of them may have ended the connection.
          if (!this.#ended) events.onFrame(frame);
        },
        onControl: (opcode, payload) => this.#control(opcode, payload),
        onViolation: (status) => this.#end(status, status, true),
      },
    );
    socket.on('drain', () => events.onDrained());
    socket.on('close', () => this.#end(GONE));
    socket.on('end', () => this.#end(GONE));
    this.#source = reader;
    this.localAddress = socket.localAddress ?? '';
    this.id = id;
  }

  /** Of this end. */
  readonly localAddress: string;
  /** In logs, here and at the relay. */
  readonly id: string;

  /** Begins to hand over what came. */
  start(): void {
    this.#source.handOver((chunk) => this.#reader.push(chunk));
  }

  /** Takes the frame over. */
  send(frame: RoomyMessage): void {
    if (this.#ended) return;
    if (this.#memory.owns(frame)) this.#socket.write(clientFrame(frame), () => this.#memory.give(frame));
    else this.#socket.write(clientFrame(frame));
  }

  /** Bytes that the kernel has not taken yet. */
  get bufferedBytes(): number {
    return this.#socket.writableLength;
  }

  /** Ends it without a word, and tells nobody. Idempotent. */
  terminate(): void {
    this.#ended = true;
    this.#socket.destroy();
  }

  #control(opcode: number, payload: Uint8Array): void {
    if (this.#ended) return;
    if (opcode === OPCODE.PING) this.#socket.write(controlFrame('client', OPCODE.PONG, payload));
    else if (opcode === OPCODE.CLOSE) this.#end(closeStatus(payload), closeStatus(payload));
  }

  /** @param goodBye status of a CLOSE frame to send first */
  #end(status: number, goodBye = NO_STATUS, broken = false): void {
    if (this.#ended) return;
    this.#ended = true;
    if (goodBye === NO_STATUS) this.#socket.destroy();
    else this.#socket.end(controlFrame('client', OPCODE.CLOSE, closePayload(goodBye)), () => this.#socket.destroy());
    this.#events.onClosed(status, broken);
  }
}
