/**
 * Keeps the machine's connection to its relay: ticket, WebSocket, liveness, reconnect with back-off.
 * Carries frames and knows nothing of what is in them. Frames sent while there is no connection are
 * dropped: the tunnel's peers send again, and what is old is worthless.
 */
import { asRefusal, CausewayError } from '#protocol/errors.ts';
import {
  decodeFrame,
  encodeFrame,
  type Frame,
  type GoneReason,
  PING_PAYLOAD_BYTES,
  RELAY_PATH,
  RELAY_SUBPROTOCOL,
} from '#protocol/frames.ts';
import type { MachineId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import { copyWithRoom, type RoomyMessage } from '#protocol/websocket.ts';
import type { FrameMemory } from '#runtime/frame-memory.ts';
import { Backoff } from '../backoff.ts';
import { Liveness } from '../liveness.ts';
import { type PinnedServer, unreachable } from '../pinned-socket.ts';
import type { UpgradeTarget } from '../pinned-upgrade.ts';
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
  readonly #backoff = new Backoff();
  readonly #stop = new AbortController();
  #socket: RelayWire | undefined;
  #liveness = new Liveness(0);
  #connectedAt = 0;
  /** Ends the attempt that is under way. */
  #attempt: AbortController | undefined;
  #retry: NodeJS.Timeout | undefined;
  #livenessTimer: NodeJS.Timeout | undefined;
  /** When it fires, by performance.now(). */
  #watchAt = Number.POSITIVE_INFINITY;
  #ticketTimer: NodeJS.Timeout | undefined;
  #pingSentAt: number | undefined;
  #congested = false;

  /** Does nothing until the first {@link connectNow}: a ticket must be to be had. */
  constructor(options: RelayClientOptions) {
    this.#options = options;
  }

  get connected(): boolean {
    return this.#socket !== undefined;
  }

  /** Tries now instead of waiting for the back-off; on a live connection pings. */
  connectNow(): void {
    if (this.#socket !== undefined) {
      this.ping();
      return;
    }
    clearTimeout(this.#retry);
    if (this.#attempt !== undefined || this.#stop.signal.aborted) return;
    const attempt = new AbortController();
    this.#attempt = attempt;
    this.#connect(AbortSignal.any([this.#stop.signal, attempt.signal])).catch((error: unknown) => {
      if (this.#attempt === attempt) this.#lost(error);
    });
  }

  /**
   * The way to the relay is another one than before: a live connection has to prove itself soon, or is made
   * anew if it can not live; and an attempt begins anew, for its first packets may have gone nowhere.
   *
   * @param mayLive whether a connection from this address of ours may
   */
  connectAfresh(mayLive: (localAddress: string) => boolean): void {
    this.#backoff.reset();
    if (this.#socket !== undefined && mayLive(this.#socket.localAddress)) {
      // The answer to an earlier ping may have been lost with the earlier way.
      this.#pingSentAt = undefined;
      this.ping(LIMITS.NETWORK_CHANGE_PATIENCE_MS.value);
      return;
    }
    this.#close();
    this.#attempt?.abort();
    this.#attempt = undefined;
    this.connectNow();
  }

  /** There is no way to the relay for now, and this is why. */
  giveUp(cause: string): void {
    this.#attempt?.abort();
    this.#lost(unreachable(this.#options.target.server, new Error(cause)));
  }

  /**
   * Hands one whole frame to the socket.
   * @returns false when the socket now holds more than AGENT_SOCKET_HIGH_WATER_BYTES: it takes
   *   more, but had better get it after `onDrained`.
   */
  send(frame: RoomyMessage): boolean {
    const socket = this.#socket;
    if (socket === undefined) return true;
    socket.send(frame);
    if (this.#liveness.sent(performance.now())) this.#watch();
    if (socket.bufferedBytes <= LIMITS.AGENT_SOCKET_HIGH_WATER_BYTES.value) return true;
    this.#congested = true;
    return false;
  }

  /** Measures the round trip; the answer comes by `onProven`, and without one in time the relay is lost. */
  ping(patienceMs: number = LIMITS.PING_TIMEOUT_MS.value): void {
    if (this.#socket === undefined || this.#pingSentAt !== undefined) return;
    this.#pingSentAt = performance.now();
    this.#liveness.probed(this.#pingSentAt, patienceMs);
    this.#socket.send(encoded({ type: 'ping', payload: new Uint8Array(PING_PAYLOAD_BYTES) }));
    this.#watch();
  }

  /** Pings unless the relay has proven to live within so long. */
  pingUnlessProven(withinMs: number): void {
    if (performance.now() - this.#liveness.heardAt >= withinMs) this.ping();
  }

  [Symbol.dispose](): void {
    this.#stop.abort(new Error('stopping'));
    clearTimeout(this.#retry);
    this.#close();
  }

  async #connect(signal: AbortSignal): Promise<void> {
    const { target, handlers, memory, openWire = openRelaySocket } = this.#options;
    const { ticket } = await handlers.ticket();
    signal.throwIfAborted();
    const socket = await openWire(
      {
        ...target,
        path: RELAY_PATH,
        subprotocol: RELAY_SUBPROTOCOL,
        headers: { authorization: `Bearer ${ticket}` },
      },
      memory,
      {
        onFrame: (frame) => this.#receive(frame),
        onClosed: (status, broken) => this.#lost(unreachable(target.server, new Error(causeOfClose(status, broken)))),
        onDrained: () => this.#drained(),
      },
      signal,
    );
    if (signal.aborted) {
      socket.terminate();
      throw signal.reason;
    }
    this.#attempt = undefined;
    this.#socket = socket;
    this.#connectedAt = performance.now();
    this.#liveness = new Liveness(this.#connectedAt);
    this.#pingSentAt = undefined;
    this.#congested = false;
    this.#scheduleTicket(socket);
    socket.start();
    handlers.onConnected(socket.id);
    this.ping();
  }

  #receive(bytes: Uint8Array): void {
    const now = performance.now();
    const { handlers } = this.#options;
    this.#liveness.heard(now);
    try {
      const frame = decodeFrame(bytes);
      switch (frame.type) {
        case 'data':
          handlers.onProven();
          handlers.onData(frame.peer, frame.payload);
          return;
        case 'peer-gone':
          handlers.onPeerGone(frame.peer, frame.reason);
          return;
        case 'ping':
          this.#socket?.send(encoded({ type: 'pong', payload: frame.payload }));
          handlers.onProven();
          return;
        case 'pong': {
          const roundTripMs = this.#pingSentAt === undefined ? undefined : now - this.#pingSentAt;
          this.#pingSentAt = undefined;
          this.#watch();
          handlers.onProven(roundTripMs);
          return;
        }
        // After RESTARTING, REPLACED and TICKET_EXPIRED the relay closes, and 'close' does the rest.
        case 'notice':
        case 'ticket':
        case 'unknown':
          return;
      }
    } catch (error) {
      // A frame that we can not read: the relay speaks another version. Start over rather than guess.
      this.#lost(error);
    }
  }

  /** The TLS socket says so after each time that it was over its own, lower mark. */
  #drained(): void {
    if (!this.#congested) return;
    this.#congested = false;
    this.#options.handlers.onDrained();
  }

  /** Renews the ticket in time, so that the relay keeps the connection. */
  #scheduleTicket(socket: RelayWire): void {
    const milliseconds = (LIMITS.TICKET_LIFETIME_S.value * 1000) / 3;
    this.#ticketTimer = setTimeout(() => {
      this.#options.handlers
        .ticket()
        .then(
          ({ ticket }) => socket.send(encoded({ type: 'ticket', ticket })),
          // Tried again in time: a ticket lasts for three of these.
          () => undefined,
        )
        .finally(() => {
          if (this.#socket === socket) this.#scheduleTicket(socket);
        });
    }, milliseconds);
  }

  /** Arms the timer, unless it fires soon enough as it is: one that fires early costs one look, a new one for every packet more. */
  #watch(): void {
    if (this.#socket === undefined) return;
    const now = performance.now();
    const at = now + this.#liveness.nextCheckIn(now) + 10;
    if (at >= this.#watchAt) return;
    clearTimeout(this.#livenessTimer);
    this.#watchAt = at;
    const socket = this.#socket;
    this.#livenessTimer = setTimeout(() => {
      this.#watchAt = Number.POSITIVE_INFINITY;
      // What has come meanwhile is read first: this process may not have run for a while.
      setImmediate(() => this.#judge(socket));
    }, at - now);
  }

  #judge(socket: RelayWire): void {
    if (this.#socket !== socket) return;
    const verdict = this.#liveness.verdict(performance.now());
    if (verdict === 'dead') {
      const { server } = this.#options.target;
      this.#lost(new CausewayError('SERVER_UNREACHABLE', { server, cause: 'the relay stopped answering' }));
      return;
    }
    if (verdict === 'doubtful') this.#options.handlers.onDoubtful();
    if (verdict === 'probe') {
      // An earlier ping may have gone unanswered while data came: the relay bounds its answers.
      this.#pingSentAt = undefined;
      this.ping();
    }
    this.#watch();
  }

  #lost(error: unknown): void {
    if (this.#socket !== undefined) this.#backoff.resetIfLasted(performance.now() - this.#connectedAt);
    this.#close();
    this.#attempt = undefined;
    if (this.#stop.signal.aborted) return;
    this.#options.handlers.onDisconnected(asRefusal(error));
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.connectNow(), this.#backoff.next());
  }

  #close(): void {
    clearTimeout(this.#livenessTimer);
    this.#watchAt = Number.POSITIVE_INFINITY;
    clearTimeout(this.#ticketTimer);
    const socket = this.#socket;
    this.#socket = undefined;
    this.#pingSentAt = undefined;
    socket?.terminate();
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
