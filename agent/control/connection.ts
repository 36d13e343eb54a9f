/**
 * One control connection, from the server's challenge to its close: requests with their answers, and
 * pushed events. Knows the protocol, not what the agent does with it.
 */
import type { WebSocket } from 'ws';
import { connectionId } from '#protocol/connection-id.ts';
import {
  type Challenge,
  CONTROL_METHODS,
  CONTROL_PATH,
  CONTROL_SUBPROTOCOL,
  type ControlEvent,
  type ControlMethod,
  type ControlParams,
  type ControlResult,
  laterEvent,
  type ServerMessage,
  serverMessage,
} from '#protocol/control-messages.ts';
import { CausewayError, fromWire } from '#protocol/errors.ts';
import type { ServerPin } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import { AliveCheck } from '../connection/alive-check.ts';
import type { PinnedServer } from '../connection/pinned-socket.ts';
import { openPinnedWebSocket, type WebSocketTarget } from '../connection/pinned-websocket.ts';

/** What of a WebSocket a control connection uses. */
export type ControlSocket = Pick<
  WebSocket,
  'on' | 'once' | 'removeListener' | 'send' | 'ping' | 'close' | 'terminate' | 'resume'
>;

/**
 * Opens the WebSocket and leaves it paused.
 * @throws CausewayError as {@link openPinnedWebSocket}
 */
export type OpenControlSocket = (
  target: WebSocketTarget,
  signal: AbortSignal,
) => Promise<{ readonly webSocket: ControlSocket; readonly socket: { readonly localAddress?: string | undefined } }>;

interface Waiting {
  readonly method: ControlMethod;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly timer: NodeJS.Timeout;
}

export interface ControlListener {
  onEvent(event: ControlEvent): void;
  /** The server answered something, so the connection lives. */
  onProven(): void;
  /** It owes an answer for longer than answers take. Perhaps several times. */
  onDoubtful(): void;
  /** Called once; nothing comes after it. */
  onClose(error: CausewayError): void;
}

export class ControlConnection implements Disposable {
  readonly challenge: Challenge;
  /** Of this end. */
  readonly localAddress: string;
  /** Of the server at the other end, checked. */
  readonly pin: ServerPin;
  readonly #webSocket: ControlSocket;
  readonly #server: string;
  readonly #listener: ControlListener;
  readonly #signal: AbortSignal;
  readonly #waiting = new Map<number, Waiting>();
  readonly #alive = new AliveCheck({
    probe: () => this.probe(),
    onDoubtful: () => this.#listener.onDoubtful(),
    onDead: () =>
      this.#fail(new CausewayError('SERVER_UNREACHABLE', { server: this.#server, cause: 'it stopped answering' })),
  });
  #nextId = 1;
  #closedBy: CausewayError | undefined;

  /**
   * Connects and waits for the challenge.
   * @param signal ends the attempt, and the connection once it is open
   * @param openSocket over pinned TLS, unless a simulation has a network of its own
   * @throws CausewayError SERVER_UNREACHABLE, SERVER_PIN_MISMATCH, MESSAGE_MALFORMED, RATE_LIMITED
   */
  static async open(
    target: PinnedServer,
    listener: ControlListener,
    signal: AbortSignal,
    openSocket: OpenControlSocket = openPinnedWebSocket,
  ): Promise<ControlConnection> {
    const { webSocket, socket } = await openSocket(
      {
        ...target,
        path: CONTROL_PATH,
        subprotocol: CONTROL_SUBPROTOCOL,
        maxPayload: LIMITS.CONTROL_MESSAGE_MAX_BYTES.value,
        // An answer is acted on before the event behind it, which may be about the same thing.
        oneByOne: true,
      },
      signal,
    );
    const challenge = await firstMessage(webSocket, target.server, signal);
    return new ControlConnection(webSocket, socket.localAddress ?? '', target, challenge, listener, signal);
  }

  private constructor(
    webSocket: ControlSocket,
    localAddress: string,
    { pin, server }: PinnedServer,
    challenge: Challenge,
    listener: ControlListener,
    signal: AbortSignal,
  ) {
    this.#webSocket = webSocket;
    this.localAddress = localAddress;
    this.pin = pin;
    this.#server = server;
    this.challenge = challenge;
    this.#listener = listener;
    this.#signal = signal;
    signal.addEventListener('abort', this.#aborted);
    webSocket.on('message', (data) => this.#receive(data.toString()));
    webSocket.on('pong', () => this.#heard());
    webSocket.on('error', (error) => this.#fail(unreadable(error.message)));
    webSocket.on('close', () =>
      this.#closed(new CausewayError('SERVER_UNREACHABLE', { server, cause: 'it closed the connection' })),
    );
  }

  /** In logs, here and at the control plane. */
  get id(): string {
    return connectionId(this.challenge.nonce);
  }

  /**
   * @throws CausewayError what the server refused with, TIMED_OUT, or SERVER_UNREACHABLE when the connection ends first
   */
  request<Method extends ControlMethod>(method: Method, params: ControlParams<Method>): Promise<ControlResult<Method>> {
    if (this.#closedBy !== undefined) return Promise.reject(this.#closedBy);
    const id = this.#nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const milliseconds = LIMITS.CONTROL_TIMEOUT_MS.value;
    const timer = setTimeout(() => {
      this.#waiting.delete(id);
      reject(new CausewayError('TIMED_OUT', { action: `the request ${method}`, seconds: milliseconds / 1000 }));
    }, milliseconds);
    this.#waiting.set(id, { method, resolve, reject, timer });
    this.#alive.sent();
    this.#webSocket.send(JSON.stringify({ type: 'request', id, method, params }));
    return promise as Promise<ControlResult<Method>>;
  }

  /** Asks for a sign of life now, e.g. after a wake from sleep; without one in time the connection is dead. */
  probe(patienceMs?: number): void {
    this.#alive.probed(patienceMs);
    this.#webSocket.ping();
  }

  [Symbol.dispose](): void {
    if (this.#closedBy !== undefined) return;
    this.#webSocket.close(1000);
    this.#closed(
      new CausewayError('SERVER_UNREACHABLE', { server: this.#server, cause: 'the connection was closed here' }),
    );
  }

  readonly #aborted = () => this[Symbol.dispose]();

  #receive(text: string): void {
    if (this.#closedBy !== undefined) return;
    const message = parse(text);
    if (message === undefined) {
      this.#fail(unreadable('not of the protocol'));
      return;
    }
    this.#heard();
    if (message === 'later') return;
    if (message.type === 'event') this.#listener.onEvent(message);
    if (message.type === 'response') this.#answer(message);
  }

  #answer(message: Extract<ServerMessage, { type: 'response' }>): void {
    const waiting = this.#waiting.get(message.id);
    if (waiting === undefined) return;
    this.#waiting.delete(message.id);
    clearTimeout(waiting.timer);
    if (!message.ok) {
      waiting.reject(fromWire(message.error));
      return;
    }
    const result = CONTROL_METHODS[waiting.method].result.safeParse(message.result);
    if (result.success) waiting.resolve(result.data);
    else
      waiting.reject(
        new CausewayError('MESSAGE_MALFORMED', { issue: `the answer to ${waiting.method}` }, { cause: result.error }),
      );
  }

  #heard(): void {
    this.#alive.heard();
    this.#listener.onProven();
  }

  #fail(error: CausewayError): void {
    this.#webSocket.terminate();
    this.#closed(error);
  }

  #closed(error: CausewayError): void {
    if (this.#closedBy !== undefined) return;
    this.#closedBy = error;
    this.#signal.removeEventListener('abort', this.#aborted);
    this.#alive[Symbol.dispose]();
    for (const waiting of this.#waiting.values()) {
      clearTimeout(waiting.timer);
      waiting.reject(error);
    }
    this.#waiting.clear();
    this.#listener.onClose(error);
  }
}

function unreadable(issue: string): CausewayError {
  return new CausewayError('MESSAGE_MALFORMED', { issue: `the server sent something unreadable (${issue})` });
}

/** Undefined for what is not of the protocol; `later` for an event that a later version has. */
function parse(text: string): ServerMessage | 'later' | undefined {
  try {
    const json: unknown = JSON.parse(text);
    const message = serverMessage.safeParse(json);
    if (message.success) return message.data;
    return laterEvent.safeParse(json).success ? 'later' : undefined;
  } catch {
    return undefined;
  }
}

function firstMessage(webSocket: ControlSocket, server: string, signal: AbortSignal): Promise<Challenge> {
  const { promise, resolve, reject } = Promise.withResolvers<Challenge>();
  const seconds = LIMITS.CONTROL_TIMEOUT_MS.value / 1000;
  const fail = (error: unknown) => {
    stop();
    webSocket.terminate();
    reject(error);
  };
  const timer = setTimeout(
    () => fail(new CausewayError('TIMED_OUT', { action: 'connecting', seconds })),
    seconds * 1000,
  );
  const aborted = () => fail(signal.reason);
  const closed = () => fail(new CausewayError('SERVER_UNREACHABLE', { server, cause: 'it closed the connection' }));
  const broken = (error: Error) => fail(unreadable(error.message));
  const received = (data: { toString(): string }) => {
    const message = parse(data.toString());
    if (message === 'later' || message?.type !== 'challenge') {
      fail(new CausewayError('MESSAGE_MALFORMED', { issue: 'the server did not begin with a challenge' }));
      return;
    }
    stop();
    resolve(message);
  };
  const stop = () => {
    clearTimeout(timer);
    signal.removeEventListener('abort', aborted);
    webSocket.removeListener('close', closed);
    webSocket.removeListener('error', broken);
    webSocket.removeListener('message', received);
  };
  signal.addEventListener('abort', aborted, { once: true });
  webSocket.once('close', closed);
  webSocket.once('error', broken);
  webSocket.once('message', received);
  webSocket.resume();
  return promise;
}
