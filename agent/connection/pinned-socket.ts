/**
 * TLS to a server whose public key is known beforehand: the pin of the activation token decides, not a
 * certificate authority, a host name or a date. Nothing is sent before the key has been checked.
 */
import { createHash } from 'node:crypto';
import { isIP, type OnReadOpts } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { CausewayError } from '#protocol/errors.ts';
import type { ServerPin } from '#protocol/ids.ts';
import { connectThrough } from '../proxy/connect-through.ts';
import type { Proxies, Way } from '../proxy/proxies.ts';
import type { HttpProxy } from '../proxy/proxy.ts';
import { connectionCause } from './cause.ts';
import type { KnownAddresses } from './known-addresses.ts';

export interface PinnedServer {
  /** Origin, `https://host[:port]`. */
  readonly server: string;
  readonly pin: ServerPin;
  /** Remembers where the server was, for when its name can not be looked up. */
  readonly addresses?: KnownAddresses;
  /** By which the server is reached; without them it is connected to directly. */
  readonly proxies?: Proxies | undefined;
}

/** Takes what arrives in one buffer that is used again and again, instead of a fresh one each as 'data'. */
export type ReadInto = OnReadOpts;

/**
 * Tries the ways that the proxy setting names, one after another.
 * @param signal ends the attempt; the promise then rejects with the signal's reason.
 * @param onread given, the socket has no 'data'
 * @throws CausewayError SERVER_UNREACHABLE, SERVER_PIN_MISMATCH, PROXY_…, PAC_UNUSABLE: of the first way
 */
export async function connectPinned(target: PinnedServer, signal: AbortSignal, onread?: ReadInto): Promise<TLSSocket> {
  if (target.proxies === undefined) return connectBy('direct', target, signal, onread);
  const ways = await target.proxies.waysTo(target.server, signal);
  const failures: unknown[] = [];
  for (const way of ways) {
    try {
      return await connectBy(way, target, signal, onread);
    } catch (error) {
      signal.throwIfAborted();
      failures.push(error);
    }
  }
  throw failures[0];
}

async function connectBy(way: Way, target: PinnedServer, signal: AbortSignal, onread?: ReadInto): Promise<TLSSocket> {
  signal.throwIfAborted();
  const { host, port } = placeOf(target.server);
  const common: ConnectionOptions = {
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ALPNProtocols: ['http/1.1'],
    minVersion: 'TLSv1.2',
    // The pin below authenticates the server; a self-made certificate has no authority to check.
    rejectUnauthorized: false,
  };
  const lookup = target.addresses?.lookup;
  if (way === 'direct') {
    const looked = lookup === undefined ? {} : { lookup };
    const socket = connect({ ...common, host, port, ...looked, ...(onread === undefined ? {} : { onread }) });
    await secured(socket, target, signal);
    if (socket.remoteAddress !== undefined) target.addresses?.learn(host, socket.remoteAddress);
    return socket;
  }
  const through = await connectThrough(way, { host, port }, signal, lookup);
  const reached = through.remoteAddress;
  const socket = connect({ ...common, socket: through });
  await secured(socket, target, signal, way);
  if (reached !== undefined && isIP(way.host) === 0) target.addresses?.learn(way.host, reached);
  if (onread !== undefined) readInto(socket, onread);
  return socket;
}

/** Waits for the TLS handshake and looks at the key. @throws CausewayError, after the socket was destroyed */
function secured(socket: TLSSocket, target: PinnedServer, signal: AbortSignal, proxy?: HttpProxy): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const abort = () => fail(signal.reason);
  const fail = (error: unknown) => {
    signal.removeEventListener('abort', abort);
    socket.destroy();
    reject(error);
  };
  const failed = (error: Error) => fail(unreachable(target.server, error));
  const ended = () => fail(unreachable(target.server, new Error('the connection was closed during the TLS handshake')));
  signal.addEventListener('abort', abort, { once: true });
  socket.once('error', failed);
  socket.once('close', ended);
  socket.once('secureConnect', () => {
    if (pinOf(socket) !== target.pin) {
      fail(mismatch(socket, target, proxy));
      return;
    }
    signal.removeEventListener('abort', abort);
    socket.removeListener('error', failed);
    socket.removeListener('close', ended);
    socket.setNoDelay(true);
    resolve();
  });
  // After a failure a late error of the destroyed socket has no other listener.
  socket.on('error', () => undefined);
  return promise;
}

/** Node knows `onread` only for sockets that it opens itself. */
function readInto(socket: TLSSocket, { buffer, callback }: ReadInto): void {
  const into = typeof buffer === 'function' ? buffer() : buffer;
  socket.on('data', (chunk: Buffer) => {
    for (let from = 0; from < chunk.length; from += into.length) {
      const piece = chunk.subarray(from, from + into.length);
      into.set(piece);
      callback(piece.length, into);
    }
  });
}

/** Behind a proxy that is set, the other key is the proxy's own; elsewhere nobody can know whose it is. */
function mismatch(socket: TLSSocket, { server }: PinnedServer, proxy: HttpProxy | undefined): CausewayError {
  if (proxy === undefined) return new CausewayError('SERVER_PIN_MISMATCH', { server });
  const issuer = (socket.getPeerX509Certificate()?.issuer ?? 'nobody').replaceAll('\n', ', ').slice(0, 120);
  return new CausewayError('PROXY_OPENS_TLS', { server, proxy: proxy.shown, issuer });
}

/** The host, an address without brackets, and the port of an origin. */
export function placeOf(server: string): { host: string; port: number } {
  const { hostname, port } = new URL(server);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? 443 : Number(port) };
}

/** Turns a connection error into the refusal that says what to do. */
export function unreachable(server: string, error: unknown): CausewayError {
  return new CausewayError('SERVER_UNREACHABLE', { server, cause: connectionCause(error) }, { cause: error });
}

function pinOf(socket: TLSSocket): string | undefined {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return undefined;
  const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest('base64url');
}
