/**
 * The control connection's WebSocket over a pinned TLS connection. A refusal
 * of the upgrade comes back as the catalogue error in the answer's body.
 */
import type { TLSSocket } from 'node:tls';
import { type ClientOptions, WebSocket } from 'ws';
import { LIMITS } from '#protocol/limits.ts';
import { connectPinned, type PinnedServer, unreachable } from './pinned-socket.ts';
import { refusalOf } from './refusal.ts';

export interface WebSocketTarget extends PinnedServer {
  readonly path: string;
  readonly subprotocol: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Largest message to accept, bytes. */
  readonly maxPayload: number;
  /** Hand over each message only after everything that awaited the one before has gone on. */
  readonly oneByOne: boolean;
}

/**
 * Opens the WebSocket and leaves it paused: what the server sends at once, perhaps in one packet with its
 * answer, waits until the caller has added its listeners and calls `resume()`.
 * @param signal ends the attempt, not the open connection.
 * @throws CausewayError SERVER_UNREACHABLE, SERVER_PIN_MISMATCH, TIMED_OUT or what the server answered
 */
export async function openPinnedWebSocket(
  target: WebSocketTarget,
  signal: AbortSignal,
): Promise<{ webSocket: WebSocket; socket: TLSSocket }> {
  const seconds = LIMITS.CONTROL_TIMEOUT_MS.value / 1000;
  const timeout = AbortSignal.timeout(LIMITS.CONTROL_TIMEOUT_MS.value);
  const either = AbortSignal.any([signal, timeout]);
  try {
    const socket = await connectPinned(target, either);
    return { webSocket: await upgrade(target, socket, either), socket };
  } catch (error) {
    if (timeout.aborted && error === timeout.reason) {
      throw unreachable(target.server, new Error(`no answer within ${seconds} seconds`));
    }
    throw error;
  }
}

function upgrade(target: WebSocketTarget, socket: TLSSocket, signal: AbortSignal): Promise<WebSocket> {
  const { promise, resolve, reject } = Promise.withResolvers<WebSocket>();
  const url = new URL(target.path, target.server.replace(/^https/, 'wss'));
  // `closeTimeout` is in the documentation of ws, not in its types.
  const options: ClientOptions & { closeTimeout: number } = {
    createConnection: () => socket,
    headers: { ...target.headers },
    perMessageDeflate: false,
    maxPayload: target.maxPayload,
    // The mask (RFC 6455 §10.3) guards plaintext proxies against scripted browsers. Inside our own TLS
    // it guards nothing, and an all-zero one spares a pass over every byte.
    generateMask: (mask) => mask.fill(0),
    skipUTF8Validation: true,
    allowSynchronousEvents: !target.oneByOne,
    // A server that is gone must not hold up the end of the process.
    closeTimeout: LIMITS.RELAY_CLOSE_GRACE_MS.value,
  };
  const webSocket = new WebSocket(url, target.subprotocol, options);
  const fail = (error: unknown) => {
    signal.removeEventListener('abort', abort);
    webSocket.terminate();
    socket.destroy();
    reject(error);
  };
  const abort = () => fail(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  const failed = (error: Error) => fail(unreachable(target.server, error));
  webSocket.once('error', failed);
  webSocket.once('unexpected-response', (_request, response) => void refusalOf(response, target.server).then(fail));
  webSocket.once('open', () => {
    signal.removeEventListener('abort', abort);
    webSocket.removeListener('error', failed);
    webSocket.pause();
    resolve(webSocket);
  });
  // A later failure is told by 'close', which every owner of a connection handles.
  webSocket.on('error', () => undefined);
  return promise;
}
