/**
 * The machine's connection to its relay, which is always to be there: ticket, WebSocket, round trip. Carries
 * frames and knows nothing of what is in them. Frames sent while there is no connection are dropped: the
 * tunnel's peers send again, and what is old is worthless.
 */
import { CausewayError } from '#protocol/errors.ts';
import {
  decodeFrame,
  encodeFrame,
  FRAME_HEADER_BYTES,
  FRAME_TYPE,
  type Frame,
  type GoneReason,
  PEER_AT,
  PING_PAYLOAD_BYTES,
  RELAY_PATH,
  RELAY_SUBPROTOCOL,
} from '#protocol/frames.ts';
import type { MachineId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import { type MachineKey, machineKey, machineOf } from '#protocol/machine-key.ts';
import { copyWithRoom, type RoomyMessage } from '#protocol/websocket.ts';
import type { FrameMemory } from '#runtime/frame-memory.ts';
import { AliveCheck } from '../connection/alive-check.ts';
import { KeptConnection } from '../connection/kept-connection.ts';
import type { PinnedServer } from '../connection/pinned-socket.ts';
import type { UpgradeTarget } from '../connection/pinned-upgrade.ts';
import { openRelaySocket, type RelaySocket, type RelaySocketEvents } from './relay-socket.ts';

/** What of the socket to the relay its client uses. */
export type RelayWire = Pick<RelaySocket, 'send' | 'start' | 'terminate' | 'bufferedBytes' | 'localAddress' | 'id'>;

/** @throws CausewayError as {@link openRelaySocket} */
export type OpenRelayWire = (
  target: UpgradeTarget,
  memory: FrameMemory,
  events: RelaySocketEvents,
  signal: AbortSignal,
) => Promise<RelayWire>;

export interface RelayTicket {
  readonly ticket: string;
  /** Milliseconds of the Unix epoch, server's clock. */
  readonly expiresAt: number;
}

export interface RelayHandlers {
  /** A ticket good for connecting now; may be one that is still valid from before. */
  ticket(): Promise<RelayTicket>;
  /** In how many milliseconds to ask for a ticket that is good for longer than the last. */
  ticketDueMs(): number;
  /** @param connection its id, for logs */
  onConnected(connection: string): void;
  /** Something came from the relay; `roundTripMs` when it was the answer to a ping. */
  onProven(roundTripMs?: number): void;
  /** The relay owes an answer for longer than answers take; `onProven` or `onDisconnected` follows. */
  onDoubtful(): void;
  onDisconnected(error: CausewayError): void;
  /** `payload` is one tunnel message, a view that is valid during the call. */
  onData(peer: MachineId, payload: Uint8Array): void;
  onPeerGone(peer: MachineId, reason: GoneReason): void;
  /** The socket was over its mark and has drained. */
  onDrained(): void;
}

export interface RelayClientOptions {
  readonly target: PinnedServer;
  readonly handlers: RelayHandlers;
  /** Gets back the frames that were sent. */
  readonly memory: FrameMemory;
  /** Over pinned TLS unless given. */
  readonly openWire?: OpenRelayWire | undefined;
}

export class RelayClient implements Disposable {
  readonly #options: RelayClientOptions;
  readonly #kept: KeptConnection<RelayWire>;
  #alive: AliveCheck | undefined;
  #ticketTimer: NodeJS.Timeout | undefined;
  #pingSentAt: number | undefined;
  #congested = false;
  /** Those that have sent something, by the bytes of their ids. */
  readonly #sources = new Map<MachineKey, MachineId>();

  /** Does nothing until the first {@link connectNow}: a ticket must be to be had. */
  constructor(options: RelayClientOptions) {
    this.#options = options;
    this.#kept = new KeptConnection({
      open: (signal, hold) => this.#open(signal, hold),
      probe: (_, patienceMs) => (patienceMs === undefined ? this.#ping() : this.#pingAnew(patienceMs)),
      end: (socket) => this.#end(socket),
      onDown: (error) => options.handlers.onDisconnected(error),
    });
  }

  get connected(): boolean {
    return this.#kept.held !== undefined;
  }

  /** See {@link KeptConnection.connectNow}. */
  connectNow(): void {
    this.#kept.connectNow();
  }

  /** See {@link KeptConnection.connectAfresh}. */
  connectAfresh(mayLive: (localAddress: string) => boolean): void {
    this.#kept.connectAfresh(mayLive);
  }

  /** There is no way to the relay for now, and this is why. */
  giveUp(cause: string): void {
    this.#kept.giveUp(this.#unreachable(cause));
  }

  /**
   * Hands one whole frame to the socket.
   * @returns false when the socket now holds more than AGENT_SOCKET_HIGH_WATER_BYTES: it takes
   *   more, but had better get it after `onDrained`. From AGENT_SOCKET_MAX_BYTES on it takes nothing.
   */
  send(frame: RoomyMessage): boolean {
    const socket = this.#kept.held;
    if (socket === undefined) return true;
    if (socket.bufferedBytes >= LIMITS.AGENT_SOCKET_MAX_BYTES.value) return false;
    socket.send(frame);
    this.#alive?.sent();
    if (socket.bufferedBytes <= LIMITS.AGENT_SOCKET_HIGH_WATER_BYTES.value) return true;
    this.#congested = true;
    return false;
  }

  /** Pings unless the relay has proven to live within so long. */
  pingUnlessProven(withinMs: number): void {
    if (this.#alive !== undefined && performance.now() - this.#alive.heardAt >= withinMs) this.#ping();
  }

  [Symbol.dispose](): void {
    this.#kept[Symbol.dispose]();
  }

  async #open(signal: AbortSignal, hold: (socket: RelayWire) => void): Promise<void> {
    const { target, handlers, memory, openWire = openRelaySocket } = this.#options;
    const { ticket } = await handlers.ticket();
    signal.throwIfAborted();
    let socket: RelayWire | undefined;
    const opened = await openWire(
      {
        ...target,
        path: RELAY_PATH,
        subprotocol: RELAY_SUBPROTOCOL,
        headers: { authorization: `Bearer ${ticket}` },
      },
      memory,
      {
        onFrame: (frame) => this.#receive(frame),
        onClosed: (status, broken) => this.#kept.ended(socket, this.#unreachable(causeOfClose(status, broken))),
        onDrained: () => this.#drained(),
      },
      signal,
    );
    socket = opened;
    try {
      hold(opened);
    } catch (error) {
      opened.terminate();
      throw error;
    }
    this.#alive = new AliveCheck({
      // The relay bounds its answers: an earlier ping may have gone unanswered while data came.
      probe: () => this.#pingAnew(),
      onDoubtful: () => handlers.onDoubtful(),
      onDead: () => this.#kept.ended(opened, this.#unreachable('the relay stopped answering')),
    });
    this.#pingSentAt = undefined;
    this.#congested = false;
    this.#scheduleTicket(opened);
    opened.start();
    handlers.onConnected(opened.id);
    this.#ping();
  }

  /** Measures the round trip, unless that is being done; the answer comes by `onProven`, and without one in time the relay is lost. */
  #ping(patienceMs?: number): void {
    const socket = this.#kept.held;
    if (socket === undefined || this.#pingSentAt !== undefined) return;
    this.#pingSentAt = performance.now();
    this.#alive?.probed(patienceMs);
    socket.send(encoded({ type: 'ping', payload: new Uint8Array(PING_PAYLOAD_BYTES) }));
  }

  /** The answer to an earlier ping may never come. */
  #pingAnew(patienceMs?: number): void {
    this.#pingSentAt = undefined;
    this.#ping(patienceMs);
  }

  #receive(bytes: Uint8Array): void {
    const now = performance.now();
    const { handlers } = this.#options;
    this.#alive?.heard(now);
    try {
      if (bytes[0] === FRAME_TYPE.DATA && bytes.length > FRAME_HEADER_BYTES) {
        handlers.onProven();
        handlers.onData(this.#sourceOf(bytes), bytes.subarray(FRAME_HEADER_BYTES));
        return;
      }
      const frame = decodeFrame(bytes);
      switch (frame.type) {
        case 'peer-gone':
          handlers.onPeerGone(frame.peer, frame.reason);
          return;
        case 'ping':
          this.#kept.held?.send(encoded({ type: 'pong', payload: frame.payload }));
          handlers.onProven();
          return;
        case 'pong': {
          const roundTripMs = this.#pingSentAt === undefined ? undefined : now - this.#pingSentAt;
          this.#pingSentAt = undefined;
          handlers.onProven(roundTripMs);
          return;
        }
        // After RESTARTING, REPLACED and TICKET_EXPIRED the relay closes, and 'close' does the rest.
        case 'notice':
        case 'data':
        case 'ticket':
        case 'unknown':
          return;
      }
    } catch (error) {
      // A frame that we can not read: the relay speaks another version. Start over rather than guess.
      this.#kept.ended(this.#kept.held, error);
    }
  }

  /** Whose frame it is. To write an id out for every one takes longer than to find it. */
  #sourceOf(frame: Uint8Array): MachineId {
    const key = machineKey(frame, PEER_AT);
    let machine = this.#sources.get(key);
    if (machine === undefined) {
      if (this.#sources.size >= LIMITS.PEERS_MAX.value) this.#sources.clear();
      machine = machineOf(key);
      this.#sources.set(key, machine);
    }
    return machine;
  }

  /** The TLS socket says so after each time that it was over its own, lower mark. */
  #drained(): void {
    if (!this.#congested) return;
    this.#congested = false;
    this.#options.handlers.onDrained();
  }

  /** Renews the ticket in time, so that the relay keeps the connection. */
  #scheduleTicket(socket: RelayWire): void {
    this.#ticketTimer = setTimeout(() => {
      this.#options.handlers
        .ticket()
        .then(
          ({ ticket }) => socket.send(encoded({ type: 'ticket', ticket })),
          // It is due again soon.
          () => undefined,
        )
        .finally(() => {
          if (this.#kept.held === socket) this.#scheduleTicket(socket);
        });
    }, this.#options.handlers.ticketDueMs());
  }

  #end(socket: RelayWire): void {
    this.#alive?.[Symbol.dispose]();
    this.#alive = undefined;
    clearTimeout(this.#ticketTimer);
    this.#pingSentAt = undefined;
    socket.terminate();
  }

  #unreachable(cause: string): CausewayError {
    return new CausewayError('SERVER_UNREACHABLE', { server: this.#options.target.server, cause });
  }
}

function encoded(frame: Frame): RoomyMessage {
  return copyWithRoom(encodeFrame(frame));
}

function causeOfClose(status: number, broken: boolean): string {
  if (broken) return `the relay sent something unreadable (WebSocket status ${status})`;
  return status === 1002 || status === 1007 || status === 1009
    ? `the relay refused a frame (WebSocket status ${status})`
    : 'the relay closed the connection';
}
