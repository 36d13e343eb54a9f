/**
 * Which page a request comes from. Browsers add a session's cookie to requests by themselves, so what
 * changes something must prove that a page of this server's own asked for it.
 */
import type { FastifyRequest } from 'fastify';
import { CausewayError } from '#protocol/errors.ts';

/** The origin under which the client reached the server; the portal has the same. */
export function ownOrigin(request: FastifyRequest): string | undefined {
  const text = `https://${request.headers.host ?? ''}`;
  return URL.canParse(text) ? new URL(text).origin : undefined;
}

/** For a request that a cookie vouches for. @throws CausewayError ORIGIN_REFUSED */
export function requireOwnOrigin(request: FastifyRequest): void {
  if (request.headers.origin === undefined) throw new CausewayError('ORIGIN_REFUSED');
  refuseForeignOrigin(request);
}

/** For a request that needs no credentials: a program has no origin. @throws CausewayError ORIGIN_REFUSED */
export function refuseForeignOrigin(request: FastifyRequest): void {
  const { origin } = request.headers;
  const site = request.headers['sec-fetch-site'];
  const own = origin === undefined || (origin === ownOrigin(request) && origin !== 'null');
  if (!own || (site !== undefined && site !== 'same-origin' && site !== 'none')) {
    throw new CausewayError('ORIGIN_REFUSED');
  }
}
