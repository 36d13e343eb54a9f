/**
 * Keeps the machine's connection to its relay: ticket, WebSocket, liveness, reconnect with back-off.
 * Carries frames and knows nothing of what is in them. Frames sent while there is no connection are
 * dropped: the tunnel's peers send again, and what is old is worthless.
 */
import type { TLSSocket } from 'node:tls';
import type { WebSocket } from 'ws';
import { CausewayError } from '#protocol/errors.ts';
import {
  decodeFrame,
  encodeFrame,
  type GoneReason,
  PING_PAYLOAD_BYTES,
  RELAY_PATH,
  RELAY_SUBPROTOCOL,
} from '#protocol/frames.ts';
import type { MachineId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import { engineCollector, Scavenger } from '#runtime/collector.ts';
import { Backoff } from '../backoff.ts';
import { Liveness } from '../liveness.ts';
import { type PinnedServer, unreachable } from '../pinned-socket.ts';
import { openPinnedWebSocket } from '../pinned-websocket.ts';

export interface RelayTicket {
  readonly ticket: string;
  /** Milliseconds of the Unix epoch, server's clock. */
  readonly expiresAt: number;
}

export interface RelayHandlers {
  /** A ticket good for connecting now; may be one that is still valid from before. */
  ticket(): Promise<RelayTicket>;
  onConnected(): void;
  /** Something came from the relay; `roundTripMs` when it was the answer to a ping. */
  onProven(roundTripMs?: number): void;
  onDisconnected(error: CausewayError): void;
  /** `payload` is one tunnel message and belongs to the receiver. */
  onData(peer: MachineId, payload: Uint8Array): void;
  onPeerGone(peer: MachineId, reason: GoneReason): void;
  /** The socket was over its mark and has drained. */
  onDrained(): void;
}

export interface RelayClientOptions {
  readonly target: PinnedServer;
  readonly handlers: RelayHandlers;
}

export class RelayClient implements Disposable {
  readonly #options: RelayClientOptions;
  readonly #backoff = new Backoff();
  readonly #stop = new AbortController();
  #webSocket: WebSocket | undefined;
  #liveness = new Liveness(0);
  #connectedAt = 0;
  #connecting = false;
  #retry: NodeJS.Timeout | undefined;
  #livenessTimer: NodeJS.Timeout | undefined;
  #ticketTimer: NodeJS.Timeout | undefined;
  #pingSentAt: number | undefined;
  #congested = false;
  readonly #scavenger = new Scavenger(engineCollector());

  /** Does nothing until the first {@link connectNow}: a ticket must be to be had. */
  constructor(options: RelayClientOptions) {
    this.#options = options;
  }

  get connected(): boolean {
    return this.#webSocket !== undefined;
  }

  /** Tries now instead of waiting for the back-off; on a live connection pings. */
  connectNow(): void {
    if (this.#webSocket !== undefined) {
      this.ping();
      return;
    }
    clearTimeout(this.#retry);
    if (this.#connecting || this.#stop.signal.aborted) return;
    this.#connecting = true;
    this.#connect().catch((error: unknown) => this.#lost(error));
  }

  /**
   * Hands one whole frame to the socket.
   * @returns false when the socket now holds more than AGENT_SOCKET_HIGH_WATER_BYTES: stop reading the
   *   adapter until `onDrained`.
   */
  send(frame: Uint8Array): boolean {
    const webSocket = this.#webSocket;
    if (webSocket === undefined) return true;
    this.#scavenger.moved(frame.length);
    webSocket.send(frame, { binary: true, compress: false });
    if (this.#liveness.sent(performance.now())) this.#watch();
    if (webSocket.bufferedAmount <= LIMITS.AGENT_SOCKET_HIGH_WATER_BYTES.value) return true;
    this.#congested = true;
    return false;
  }

  /** Measures the round trip; the answer comes by `onProven`. */
  ping(): void {
    if (this.#webSocket === undefined || this.#pingSentAt !== undefined) return;
    this.#pingSentAt = performance.now();
    this.#liveness.probed(this.#pingSentAt);
    this.#webSocket.send(encodeFrame({ type: 'ping', payload: new Uint8Array(PING_PAYLOAD_BYTES) }));
    this.#watch();
  }

  [Symbol.dispose](): void {
    this.#stop.abort(new Error('stopping'));
    clearTimeout(this.#retry);
    this.#close();
  }

  async #connect(): Promise<void> {
    const { target, handlers } = this.#options;
    const { ticket } = await handlers.ticket();
    const { webSocket, socket } = await openPinnedWebSocket(
      {
        ...target,
        path: RELAY_PATH,
        subprotocol: RELAY_SUBPROTOCOL,
        headers: { authorization: `Bearer ${ticket}` },
        maxPayload: LIMITS.RELAY_FRAME_MAX_BYTES.value,
        oneByOne: false,
      },
      this.#stop.signal,
    );
    this.#connecting = false;
    this.#webSocket = webSocket;
    this.#connectedAt = performance.now();
    this.#liveness = new Liveness(this.#connectedAt);
    this.#pingSentAt = undefined;
    this.#congested = false;
    webSocket.binaryType = 'nodebuffer';
    webSocket.on('message', (data) => {
      // One packet may hold many messages, and the first of them may have ended the connection.
      if (this.#webSocket === webSocket) this.#receive(data as Buffer);
    });
    const ended = (cause: string) => {
      if (this.#webSocket === webSocket) this.#lost(unreachable(target.server, new Error(cause)));
    };
    webSocket.on('error', (error) => ended(`the relay sent something unreadable (${error.message})`));
    webSocket.on('close', (code) => ended(causeOfClose(code)));
    this.#whenDrained(webSocket, socket);
    this.#scheduleTicket(webSocket);
    webSocket.resume();
    handlers.onConnected();
    this.ping();
  }

  #receive(bytes: Buffer): void {
    const now = performance.now();
    const { handlers } = this.#options;
    this.#liveness.heard(now);
    this.#scavenger.moved(bytes.length);
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
          this.#webSocket?.send(encodeFrame({ type: 'pong', payload: frame.payload }));
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

  /** The TLS socket says 'drain' after a write was refused; ours is a higher mark, so both are checked. */
  #whenDrained(webSocket: WebSocket, socket: TLSSocket): void {
    socket.on('drain', () => {
      if (!this.#congested || this.#webSocket !== webSocket) return;
      this.#congested = false;
      this.#options.handlers.onDrained();
    });
  }

  /** Renews the ticket in time, so that the relay keeps the connection. */
  #scheduleTicket(webSocket: WebSocket): void {
    const milliseconds = (LIMITS.TICKET_LIFETIME_S.value * 1000) / 3;
    this.#ticketTimer = setTimeout(() => {
      this.#options.handlers
        .ticket()
        .then(
          ({ ticket }) => webSocket.send(encodeFrame({ type: 'ticket', ticket })),
          // Tried again in time: a ticket lasts for three of these.
          () => undefined,
        )
        .finally(() => {
          if (this.#webSocket === webSocket) this.#scheduleTicket(webSocket);
        });
    }, milliseconds);
  }

  #watch(): void {
    clearTimeout(this.#livenessTimer);
    if (this.#webSocket === undefined) return;
    this.#livenessTimer = setTimeout(() => {
      const verdict = this.#liveness.verdict(performance.now());
      if (verdict === 'dead') {
        const { server } = this.#options.target;
        this.#lost(new CausewayError('SERVER_UNREACHABLE', { server, cause: 'the relay stopped answering' }));
        return;
      }
      if (verdict === 'probe') {
        // An earlier ping may have gone unanswered while data came: the relay bounds its answers.
        this.#pingSentAt = undefined;
        this.ping();
      }
      this.#watch();
    }, this.#liveness.nextCheckIn(performance.now()) + 10);
  }

  #lost(error: unknown): void {
    if (this.#webSocket !== undefined) this.#backoff.resetIfLasted(performance.now() - this.#connectedAt);
    this.#close();
    this.#connecting = false;
    if (this.#stop.signal.aborted) return;
    const refusal =
      error instanceof CausewayError
        ? error
        : new CausewayError(
            'INTERNAL',
            { issue: error instanceof Error ? error.message : String(error) },
            { cause: error },
          );
    this.#options.handlers.onDisconnected(refusal);
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.connectNow(), this.#backoff.next());
  }

  #close(): void {
    clearTimeout(this.#livenessTimer);
    clearTimeout(this.#ticketTimer);
    const webSocket = this.#webSocket;
    this.#webSocket = undefined;
    this.#pingSentAt = undefined;
    webSocket?.terminate();
  }
}

function causeOfClose(code: number): string {
  return code === 1009 || code === 1007
    ? `the relay refused a frame (WebSocket status ${code})`
    : 'the relay closed the connection';
}
