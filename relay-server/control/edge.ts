/**
 * The control plane on the network: WebSocket upgrades at CONTROL_PATH become sessions. Bounds what a
 * stranger can take: message size, connections that are not authenticated, messages waiting.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import { CONTROL_PATH, CONTROL_SUBPROTOCOL, type ServerMessage } from '#protocol/control-messages.ts';
import { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import { lineOf } from '../line.ts';
import { refuseUpgrade } from '../refuse-upgrade.ts';
import type { ControlPlane } from './control-plane.ts';
import type { Link } from './presence.ts';
import { ServerFrames } from './server-frames.ts';
import { Silence } from './silence.ts';

/**
 * A machine pings every 15 s; of one that is gone without having said so nothing is heard between two sweeps, and it
 * is asked. At the next one it is ended. Whoever is heard is not asked: ten thousand at once took half a second.
 */
const SWEEP_EVERY_MS = 40_000;
/** What a sender with too many connections that are not authenticated is told to wait. */
const RETRY_AFTER_S = 5;
/** Time for a close handshake when the server stops. */
const GOODBYE_MS = 500;
/** WebSocket status codes (RFC 6455 §7.4.1). */
const SERVICE_RESTART = 1012;
const UNSUPPORTED_DATA = 1003;

export class ControlEdge {
  readonly #control: ControlPlane;
  readonly #acceptor: WebSocketServer;
  readonly #connections = new Set<Connection>();
  readonly #frames = new ServerFrames();
  /** Those not authenticated when last looked at. */
  readonly #strangers = new Set<Connection>();
  #sweeping: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(control: ControlPlane) {
    this.#control = control;
    this.#acceptor = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: LIMITS.CONTROL_MESSAGE_MAX_BYTES.value,
      handleProtocols: (offered) => (offered.has(CONTROL_SUBPROTOCOL) ? CONTROL_SUBPROTOCOL : false),
    });
  }

  /** @returns false when the request is for another path; it is then untouched. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    if (request.url?.split('?')[0] !== CONTROL_PATH) return false;
    const address = request.socket.remoteAddress ?? '';
    const line = lineOf(address);
    if (this.#closed) {
      socket.destroy();
    } else if (this.#strangersFrom(line) >= LIMITS.UNAUTHENTICATED_PER_ADDRESS.value) {
      refuseUpgrade(socket, new CausewayError('RATE_LIMITED', { seconds: RETRY_AFTER_S }));
    } else if (!offers(request, CONTROL_SUBPROTOCOL)) {
      const issue = `the subprotocol ${CONTROL_SUBPROTOCOL} is not offered`;
      refuseUpgrade(socket, new CausewayError('REQUEST_MALFORMED', { issue }));
    } else {
      this.#acceptor.handleUpgrade(request, socket, head, (ws) => this.#accept(ws, socket, address));
    }
    return true;
  }

  /** Says good-bye to all, and ends those that do not answer. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#sweeping);
    await Promise.all([...this.#connections].map((connection) => connection.end(SERVICE_RESTART, GOODBYE_MS)));
  }

  #accept(ws: WebSocket, socket: Duplex, address: string): void {
    const connection = new Connection(this.#control, { ws, socket, frames: this.#frames }, address);
    this.#connections.add(connection);
    this.#strangers.add(connection);
    this.#sweeping ??= setInterval(() => this.#sweep(), SWEEP_EVERY_MS).unref();
    ws.once('close', () => {
      this.#connections.delete(connection);
      this.#strangers.delete(connection);
      if (this.#connections.size > 0) return;
      clearInterval(this.#sweeping);
      this.#sweeping = undefined;
    });
  }

  #sweep(): void {
    for (const connection of this.#connections) connection.probe();
  }

  #strangersFrom(line: string): number {
    let count = 0;
    for (const connection of this.#strangers) {
      if (connection.authenticated) this.#strangers.delete(connection);
      else if (lineOf(connection.address) === line) count++;
    }
    return count;
  }
}

interface Line {
  readonly ws: WebSocket;
  /** Under `ws`, which reads from it, closes it and answers pings. */
  readonly socket: Duplex;
  readonly frames: ServerFrames;
}

/** One socket, tied to one session. */
class Connection implements Link {
  readonly address: string;
  readonly #ws: WebSocket;
  readonly #socket: Duplex;
  readonly #frames: ServerFrames;
  readonly #session;
  readonly #silence = new Silence();
  /** Messages are answered one after the other; the socket is not read on meanwhile. */
  #answering: Promise<void> = Promise.resolve();

  constructor(control: ControlPlane, { ws, socket, frames }: Line, address: string) {
    this.address = address;
    this.#ws = ws;
    this.#socket = socket;
    this.#frames = frames;
    ws.on('message', (data, binary) => this.#receive(data, binary));
    ws.on('ping', () => this.#silence.heard());
    ws.on('pong', () => this.#silence.heard());
    // What was wrong is in the close status; `close` follows and cleans up.
    ws.on('error', () => {});
    ws.once('close', () => control.closed(this.#session));
    this.#session = control.open(this);
  }

  send(message: ServerMessage): void {
    // Not by `ws`, which would make text and header anew for each. It holds nothing back without compression, so
    // the order stays.
    if (this.#ws.readyState === WebSocket.OPEN) this.#socket.write(this.#frames.of(message));
  }

  close(status: number, reason: string): void {
    this.#ws.close(status, reason);
  }

  get authenticated(): boolean {
    return this.#session.authenticated;
  }

  /** Asks for a sign of life when nothing was heard since the last probe, and ends a connection that gave none. */
  probe(): void {
    const verdict = this.#silence.look();
    if (verdict === 'end') this.#ws.terminate();
    else if (verdict === 'ask' && this.#ws.readyState === WebSocket.OPEN) this.#ws.ping();
  }

  end(status: number, patienceMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(() => this.#ws.terminate(), patienceMs);
    this.#ws.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    this.#ws.close(status, 'the server stops');
    return promise;
  }

  #receive(data: RawData, binary: boolean): void {
    this.#silence.heard();
    if (binary) {
      this.#ws.close(UNSUPPORTED_DATA, 'text messages only');
      return;
    }
    // nodebuffer is the default binary type: a message is one Buffer.
    const text = (data as Buffer).toString('utf8');
    this.#ws.pause();
    this.#answering = this.#answering.then(async () => {
      // Closing: the other side has been told that nothing more is answered.
      if (this.#ws.readyState === WebSocket.OPEN) await this.#session.receive(text);
      this.#ws.resume();
    });
  }
}

function offers(request: IncomingMessage, subprotocol: string): boolean {
  const header = request.headers['sec-websocket-protocol'] ?? '';
  return header.split(',').some((offered) => offered.trim() === subprotocol);
}
