/**
 * The client's half of the WebSocket opening handshake (RFC 6455 §4.1) on a pinned TLS connection, without
 * extensions. What the socket speaks afterwards is the caller's. A refusal comes back as the catalogue
 * error in the answer's body.
 */
import { createHash, randomBytes } from 'node:crypto';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { connectionId } from '#protocol/connection-id.ts';
import { LIMITS } from '#protocol/limits.ts';
import { connectPinned, type PinnedServer, unreachable } from './pinned-socket.ts';
import { refusalOf } from './refusal.ts';
import { SteadyReader } from './steady-reader.ts';

export interface UpgradeTarget extends PinnedServer {
  readonly path: string;
  readonly subprotocol: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Upgraded {
  /** Without 'data': what arrives comes by the reader. */
  readonly socket: TLSSocket;
  /** Keeps what arrives until the caller takes it. */
  readonly reader: SteadyReader;
  /** In logs, here and at the relay. */
  readonly id: string;
}

/** RFC 6455 §1.3 */
const ACCEPT_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/**
 * @param signal ends the attempt, not the open connection.
 * @throws CausewayError SERVER_UNREACHABLE, SERVER_PIN_MISMATCH or what the server answered
 */
export async function upgradePinned(target: UpgradeTarget, signal: AbortSignal): Promise<Upgraded> {
  const seconds = LIMITS.CONTROL_TIMEOUT_MS.value / 1000;
  const timeout = AbortSignal.timeout(LIMITS.CONTROL_TIMEOUT_MS.value);
  const either = AbortSignal.any([signal, timeout]);
  try {
    const reader = new SteadyReader();
    const socket = await connectPinned(target, either, reader.onread);
    const key = randomBytes(16).toString('base64');
    await upgrade(target, socket, reader, key, either);
    return { socket, reader, id: connectionId(key) };
  } catch (error) {
    if (timeout.aborted && error === timeout.reason) {
      throw unreachable(target.server, new Error(`no answer within ${seconds} seconds`));
    }
    throw error;
  }
}

function upgrade(
  target: UpgradeTarget,
  socket: TLSSocket,
  reader: SteadyReader,
  key: string,
  signal: AbortSignal,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const exchange = reader.exchangeOn(socket);
  const attempt: ClientRequest = request(new URL(target.path, target.server.replace(/^https/, 'http')), {
    createConnection: () => exchange,
    headers: {
      ...target.headers,
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': key,
      'sec-websocket-protocol': target.subprotocol,
    },
  });
  const fail = (error: unknown) => {
    signal.removeEventListener('abort', abort);
    socket.destroy();
    reject(error);
  };
  const abort = () => fail(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  attempt.on('error', (error) => fail(unreachable(target.server, error)));
  attempt.on('response', (response) => void refusalOf(response, target.server).then(fail));
  attempt.on('upgrade', (response, _socket, head) => {
    const fault = faultOf(response, key, target.subprotocol);
    if (fault !== null) {
      fail(unreachable(target.server, new Error(fault)));
      return;
    }
    signal.removeEventListener('abort', abort);
    reader.endExchange(head);
    resolve();
  });
  attempt.end();
  return promise;
}

function faultOf({ headers }: IncomingMessage, key: string, subprotocol: string): string | null {
  const accept = createHash('sha1').update(`${key}${ACCEPT_GUID}`).digest('base64');
  if (headers['sec-websocket-accept'] !== accept) return 'it answered, but not as a WebSocket server does';
  return headers['sec-websocket-protocol'] === subprotocol ? null : 'it speaks another version of the relay protocol';
}
