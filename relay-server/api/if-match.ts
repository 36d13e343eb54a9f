/**
 * Optimistic concurrency by RFC 9110 §13.1.1: the version that somebody saw goes out as `ETag` and comes
 * back in `If-Match`.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CausewayError } from '#protocol/errors.ts';

/**
 * The version that the request expects; undefined when any will do.
 * @throws CausewayError REQUEST_MALFORMED of a weak, listed or otherwise strange one: guessing would risk a lost update.
 */
export function expectedVersion(request: FastifyRequest): number | undefined {
  const header = request.headers['if-match'];
  if (header === undefined || header === '*') return undefined;
  const version = /^"([1-9]\d{0,14})"$/.exec(header)?.[1];
  if (version === undefined) {
    throw new CausewayError('REQUEST_MALFORMED', {
      issue: 'headers/if-match: must be "<version>", in quotation marks',
    });
  }
  return Number(version);
}

/** Answers with the thing and its version. */
export function tagged<Shown extends { readonly version: number }>(reply: FastifyReply, shown: Shown): Shown {
  reply.header('etag', `"${shown.version}"`);
  return shown;
}
