/**
 * Two questions about a path on which TLS does not come about: whether a small handshake does, and whether the
 * network answers in the server's place. Nothing is asked of anybody but the server's own address.
 */
import { request } from 'node:http';
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import { LIMITS } from '#protocol/limits.ts';
import { placeOf } from '../connection/pinned-socket.ts';

/** Whether the server answers a greeting of a few hundred bytes: the usual one, with ML-KEM, fills a packet. */
export function smallHandshake(server: string): Promise<boolean> {
  const { host, port } = placeOf(server);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({
    host,
    port,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ecdhCurve: 'X25519',
    rejectUnauthorized: false,
    timeout: LIMITS.PATH_PATIENCE_MS.value,
  });
  socket.once('secureConnect', () => resolve(true));
  socket.once('timeout', () => resolve(false));
  socket.once('close', () => resolve(false));
  socket.on('error', () => resolve(false));
  return promise.finally(() => socket.destroy());
}

/**
 * Networks that want a sign-in lead plain HTTP, to any host, to their own page.
 * @returns that page, without its query
 */
export function captivePage(server: string): Promise<string | undefined> {
  const { host } = placeOf(server);
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const asked = request({ host, port: 80, path: '/', timeout: LIMITS.PATH_PATIENCE_MS.value / 2 }, (response) => {
    response.resume();
    resolve(pageOf(host, response.statusCode ?? 0, response.headers.location));
  });
  asked.once('timeout', () => resolve(undefined));
  asked.on('error', () => resolve(undefined));
  asked.end();
  return promise.finally(() => asked.destroy());
}

/** RFC 6585 §6 has a status for it that hardly any network gives; a redirection to another host is what they do. */
export function pageOf(host: string, status: number, location: string | undefined): string | undefined {
  const page = location !== undefined && URL.canParse(location) ? new URL(location) : undefined;
  const elsewhere = page !== undefined && page.hostname !== host && status >= 300 && status < 400;
  if (!elsewhere && status !== 511) return undefined;
  return page === undefined ? host : `${page.origin}${page.pathname}`.slice(0, 120);
}
