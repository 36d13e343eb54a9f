/**
 * Every refusal of the API in one form: `{ error: { code, message, remedy, details } }`.
 */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { CausewayError, ERRORS } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';

/** Fastify's own refusals that people meet. */
const IN_WORDS: Readonly<Record<string, string>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: 'body: not JSON',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'body: empty, though its content type is application/json',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'content-type: must be application/json',
  FST_ERR_BAD_URL: 'path: can not be decoded',
};

export function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler(answerError);
  app.setNotFoundHandler((request, reply) => {
    const id = `${request.method} ${request.url.split('?')[0]}`.slice(0, 200);
    return reply.status(404).send({ error: new CausewayError('NOT_FOUND', { kind: 'resource', id }).toWire() });
  });
}

/** Also for what fails before a route is found. */
export function answerError(error: FastifyError | CausewayError, request: FastifyRequest, reply: FastifyReply): void {
  const refusal = refusalOf(error, request);
  const status = ERRORS[refusal.code].http;
  if (status >= 500) request.log.error({ err: error, route: request.routeOptions.url }, 'request failed');
  if (refusal.code === 'API_KEY_REFUSED') reply.header('www-authenticate', 'Bearer');
  if (refusal.code === 'RATE_LIMITED') reply.header('retry-after', refusal.details.seconds);
  reply.status(status).send({ error: refusal.toWire() });
}

function refusalOf(error: FastifyError | CausewayError, request: FastifyRequest): CausewayError {
  if (error instanceof CausewayError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const [issue] = error.validation;
    // `/group/name` and the message of the schema; never the value, which may be a secret.
    const where = `${error.validationContext ?? 'request'}${issue?.instancePath ?? ''}`;
    return new CausewayError('REQUEST_MALFORMED', {
      issue: `${where}: ${issue?.message ?? 'not valid'}`.slice(0, 300),
    });
  }
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new CausewayError('BODY_TOO_LARGE', {
      cap: request.routeOptions.bodyLimit ?? LIMITS.REST_BODY_MAX_BYTES.value,
    });
  }
  if (error.statusCode !== undefined && error.statusCode < 500) {
    return new CausewayError('REQUEST_MALFORMED', {
      issue: IN_WORDS[error.code] ?? (error.code ?? 'not valid').slice(0, 100),
    });
  }
  return new CausewayError('INTERNAL', { issue: 'see its log' });
}
