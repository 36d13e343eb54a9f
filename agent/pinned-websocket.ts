/**
 * A WebSocket over a pinned TLS connection: what control and relay connections have in common. A refusal
 * of the upgrade comes back as the catalogue error in the answer's body.
 */
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { wireError } from '#protocol/control-messages.ts';
import { type CausewayError, fromWire } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import { connectPinned, type PinnedServer, unreachable } from './pinned-socket.ts';

export interface WebSocketTarget extends PinnedServer {
  readonly path: string;
  readonly subprotocol: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Largest message to accept, bytes. */
  readonly maxPayload: number;
}

const refusalBody = z.object({ error: wireError });

/**
 * Opens the WebSocket; listeners for `message` must be added before the caller yields to the event loop.
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
  const webSocket = new WebSocket(url, target.subprotocol, {
    createConnection: () => socket,
    headers: { ...target.headers },
    perMessageDeflate: false,
    maxPayload: target.maxPayload,
    // The mask (RFC 6455 §10.3) guards plaintext proxies against scripted browsers. Inside our own TLS
    // it guards nothing, and an all-zero one spares a pass over every byte.
    generateMask: (mask) => mask.fill(0),
    skipUTF8Validation: true,
  });
  const fail = (error: unknown) => {
    signal.removeEventListener('abort', abort);
    webSocket.terminate();
    socket.destroy();
    reject(error);
  };
  const abort = () => fail(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  webSocket.once('error', (error) => fail(unreachable(target.server, error)));
  webSocket.once('unexpected-response', (_request, response) => {
    refusalOf(response, target.server).then(fail, fail);
  });
  webSocket.once('open', () => {
    signal.removeEventListener('abort', abort);
    webSocket.removeAllListeners('error');
    // A later failure is told by 'close', which every owner of a connection handles.
    webSocket.on('error', () => undefined);
    resolve(webSocket);
  });
  return promise;
}

async function refusalOf(response: IncomingMessage, server: string): Promise<CausewayError> {
  let text = '';
  response.setEncoding('utf8');
  for await (const chunk of response) {
    text += chunk;
    if (text.length > LIMITS.CONTROL_MESSAGE_MAX_BYTES.value) break;
  }
  try {
    return fromWire(refusalBody.parse(JSON.parse(text)).error);
  } catch {
    return unreachable(server, new Error(`it answered with HTTP status ${response.statusCode}`));
  }
}
