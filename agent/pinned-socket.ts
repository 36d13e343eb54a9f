/**
 * TLS to a server whose public key is known beforehand: the pin of the activation token decides, not a
 * certificate authority, a host name or a date. Nothing is sent before the key has been checked.
 */
import { createHash } from 'node:crypto';
import { isIP, type OnReadOpts } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { CausewayError } from '#protocol/errors.ts';
import type { ServerPin } from '#protocol/ids.ts';
import type { KnownAddresses } from './known-addresses.ts';

export interface PinnedServer {
  /** Origin, `https://host[:port]`. */
  readonly server: string;
  readonly pin: ServerPin;
  /** Remembers where the server was, for when its name can not be looked up. */
  readonly addresses?: KnownAddresses;
}

/** Takes what arrives in one buffer that is used again and again, instead of a fresh one each as 'data'. */
export type ReadInto = OnReadOpts;

/**
 * @param signal ends the attempt; the promise then rejects with the signal's reason.
 * @param onread given, the socket has no 'data'
 * @throws CausewayError SERVER_UNREACHABLE, SERVER_PIN_MISMATCH
 */
export function connectPinned(target: PinnedServer, signal: AbortSignal, onread?: ReadInto): Promise<TLSSocket> {
  const { hostname, port } = new URL(target.server);
  const host = hostname.replace(/^\[|\]$/g, '');
  const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>();
  if (signal.aborted) return Promise.reject(signal.reason);
  const socket = connect({
    host,
    port: port === '' ? 443 : Number(port),
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ALPNProtocols: ['http/1.1'],
    minVersion: 'TLSv1.2',
    // The pin below authenticates the server; a self-made certificate has no authority to check.
    rejectUnauthorized: false,
    ...(target.addresses === undefined ? {} : { lookup: target.addresses.lookup }),
    ...(onread === undefined ? {} : { onread }),
  });
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
      fail(new CausewayError('SERVER_PIN_MISMATCH', { server: target.server }));
      return;
    }
    if (socket.remoteAddress !== undefined) target.addresses?.learn(host, socket.remoteAddress);
    signal.removeEventListener('abort', abort);
    socket.removeListener('error', failed);
    socket.removeListener('close', ended);
    socket.setNoDelay(true);
    resolve(socket);
  });
  // After a failure a late error of the destroyed socket has no other listener.
  socket.on('error', () => undefined);
  return promise;
}

/** Turns a connection error into the refusal that says what to do. */
export function unreachable(server: string, error: unknown): CausewayError {
  return new CausewayError('SERVER_UNREACHABLE', { server, cause: causeOf(error) }, { cause: error });
}

function pinOf(socket: TLSSocket): string | undefined {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return undefined;
  const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest('base64url');
}

/** What went wrong, in words for the errors that people meet. */
function causeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const words: Record<string, string> = {
    ECONNREFUSED: 'the connection was refused',
    ECONNRESET: 'the connection was reset',
    ENOTFOUND: 'its name is not known',
    EAI_AGAIN: 'its name could not be looked up',
    ETIMEDOUT: 'no answer',
    ENETUNREACH: 'the network is unreachable',
    EHOSTUNREACH: 'the host is unreachable',
    EPROTO: 'what answers there does not speak TLS',
  };
  if (error instanceof AggregateError && error.errors.length > 0) return causeOf(error.errors[0]);
  if (code.startsWith('ERR_SSL_')) return words.EPROTO ?? code;
  return words[code] ?? (error instanceof Error ? error.message || code : String(error));
}
