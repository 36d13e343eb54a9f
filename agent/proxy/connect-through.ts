/**
 * A way through an HTTP proxy: CONNECT (RFC 9110 §9.3.6), with Basic authentication (RFC 7617) where a password is
 * set. What the proxy answers is turned into words; nothing of the server is known here.
 */
import { connect, type LookupFunction, type Socket } from 'node:net';
import tls, { connect as tlsConnect } from 'node:tls';
import { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import { connectionCause } from '../connection/cause.ts';
import type { HttpProxy } from './proxy.ts';

export interface Destination {
  readonly host: string;
  readonly port: number;
}

/**
 * @param signal ends the attempt; the promise then rejects with the signal's reason
 * @returns a socket whose next byte comes from the destination
 * @throws CausewayError PROXY_…, SERVER_UNREACHABLE when the proxy can not reach the destination
 */
export async function connectThrough(
  proxy: HttpProxy,
  to: Destination,
  signal: AbortSignal,
  lookup?: LookupFunction,
): Promise<Socket> {
  const socket = await open(proxy, signal, lookup);
  try {
    socket.write(connectRequest(proxy, to));
    const answer = await inTime(readHead(socket, proxy), proxy, 'it has not answered CONNECT', signal);
    const refusal = refusalIn(answer, proxy, to);
    if (refusal !== undefined) throw refusal;
    return socket;
  } catch (error) {
    socket.on('error', () => undefined);
    socket.destroy();
    throw error;
  }
}

function open(proxy: HttpProxy, signal: AbortSignal, lookup?: LookupFunction): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const { host, port } = proxy;
  const where = { host, port, ...(lookup === undefined ? {} : { lookup }) };
  const socket = proxy.secure ? tlsConnect({ ...where, servername: host, ca: authorities() }) : connect(where);
  const failed = (error: Error) => reject(unusable(proxy, connectionCause(error), error));
  socket.once('error', failed);
  socket.once(proxy.secure ? 'secureConnect' : 'connect', () => {
    socket.off('error', failed);
    socket.setNoDelay(true);
    resolve(socket);
  });
  return inTime(promise, proxy, 'there is no answer', signal).catch((error: unknown) => {
    socket.on('error', () => undefined);
    socket.destroy();
    throw error;
  });
}

/** Companies put the authority of their proxy into the system's store. All are read now, and not by an import: 3 ms. */
function authorities(): string[] {
  try {
    return [...tls.rootCertificates, ...tls.getCACertificates('system')];
  } catch {
    return [...tls.rootCertificates];
  }
}

function connectRequest({ credentials }: HttpProxy, { host, port }: Destination): string {
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const basic =
    credentials === undefined
      ? ''
      : `Proxy-Authorization: Basic ${Buffer.from(credentials.reveal()).toString('base64')}\r\n`;
  return `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\nUser-Agent: causeway\r\n${basic}\r\n`;
}

interface Answer {
  readonly status: number;
  readonly headers: readonly string[];
}

export function readHead(socket: Socket, proxy: HttpProxy): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const nonsense = (cause: string) => reject(unusable(proxy, cause));
  let head = '';
  const received = (chunk: Buffer) => {
    head += chunk.toString('latin1');
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) {
      if (head.length > LIMITS.PROXY_ANSWER_MAX_BYTES.value) nonsense('its answer to CONNECT never ends');
      return;
    }
    // Who is reached speaks TLS, in which the client speaks first: what comes now is the proxy's own page.
    socket.pause();
    const [line = '', ...headers] = head.slice(0, end).split('\r\n');
    const [, status] = /^HTTP\/1\.[01] (\d{3})\b/.exec(line) ?? [];
    if (status === undefined) nonsense('what answers there is no HTTP proxy');
    else resolve({ status: Number(status), headers });
  };
  const failed = (error: Error) => reject(unusable(proxy, connectionCause(error), error));
  const ended = () => nonsense('it closed the connection before it had answered CONNECT');
  socket.on('data', received).once('error', failed).once('close', ended);
  return promise.finally(() => void socket.off('data', received).off('error', failed).off('close', ended));
}

export function refusalIn({ status, headers }: Answer, proxy: HttpProxy, to: Destination): CausewayError | undefined {
  if (status >= 200 && status < 300) return undefined;
  const server = `${to.host}:${to.port}`;
  const { shown, place } = proxy;
  if (status === 407) {
    const schemes = schemesIn(headers);
    if (!schemes.some((scheme) => scheme.toLowerCase() === 'basic') && schemes.length > 0) {
      return new CausewayError('PROXY_SIGN_IN_UNSUPPORTED', { proxy: shown, schemes: schemes.join(' and '), server });
    }
    return proxy.credentials === undefined
      ? new CausewayError('PROXY_SIGN_IN_NEEDED', { proxy: shown })
      : new CausewayError('PROXY_SIGN_IN_REFUSED', { proxy: shown, place });
  }
  if (status >= 500) {
    const cause = `the proxy ${shown} does not get through to it (HTTP status ${status})`;
    return new CausewayError('SERVER_UNREACHABLE', { server: `https://${server}`, cause });
  }
  return new CausewayError('PROXY_REFUSED', { proxy: shown, server, status });
}

/** The words with which the challenges begin: `Negotiate`, `NTLM`, `Basic realm="…"`. */
function schemesIn(headers: readonly string[]): string[] {
  const found = headers.flatMap((header) => /^proxy-authenticate:\s*([A-Za-z][\w-]*)/i.exec(header)?.[1] ?? []);
  return [...new Set(found)].slice(0, 5);
}

function unusable({ shown, place }: HttpProxy, cause: string, error?: unknown): CausewayError {
  return new CausewayError('PROXY_UNREACHABLE', { proxy: shown, place, cause }, { cause: error });
}

async function inTime<Value>(
  work: Promise<Value>,
  proxy: HttpProxy,
  what: string,
  signal: AbortSignal,
): Promise<Value> {
  const milliseconds = LIMITS.PROXY_ANSWER_MS.value;
  const { promise: over, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(unusable(proxy, `${what} within ${milliseconds / 1_000} s`)), milliseconds);
  const aborted = () => reject(signal.reason);
  if (signal.aborted) aborted();
  signal.addEventListener('abort', aborted, { once: true });
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', aborted);
    work.catch(() => undefined);
  }
}
