/**
 * REST: who may administer. The one-time secret is claimed without a key; everything else needs one.
 */
import { z } from 'zod';
import { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import * as accessRest from '#protocol/rest/access.ts';
import { listOf } from '#protocol/rest/api.ts';
import { claimFirstSecret, newApiKey } from '../../control/administration/access.ts';
import { Rate } from '../../rate.ts';
import type { RouteScope } from '../app.ts';
import { showApiKey } from '../shapes.ts';
import { gone, refusals } from './paths.ts';

const tags = ['access'];
const MINUTE_MS = 60_000;

/** Open to everybody. */
export function openAccessRoutes({ app, control: { context } }: RouteScope): void {
  const rate = new Rate(LIMITS.SECRET_TRIES_PER_ADDRESS_PER_MINUTE.value, MINUTE_MS);
  app.post(
    '/claim',
    {
      schema: {
        tags,
        summary: 'Exchange the one-time secret of the first start for an API key',
        security: [],
        body: accessRest.claim,
        response: { 201: accessRest.createdApiKey, ...refusals },
      },
    },
    async (request, reply) => {
      const { store, random, clock, logger } = context;
      rate.take(request.ip, clock.now());
      const { record, text } = await claimFirstSecret(store, random, clock.now(), request.body.secret);
      logger.info({ apiKey: record.id }, 'the one-time secret was claimed');
      return reply.status(201).send({ ...showApiKey(context, record), key: text });
    },
  );
  app.get(
    '/openapi.json',
    {
      schema: {
        tags: ['service'],
        summary: 'This description, OpenAPI 3.1',
        security: [],
        response: { 200: z.record(z.string(), z.unknown()) },
      },
    },
    async () => ({ ...app.swagger() }),
  );
}

export function apiKeyRoutes({ app, control: { context } }: RouteScope): void {
  const { store, random, clock, logger } = context;
  app.get(
    '/api-keys',
    {
      schema: {
        tags,
        summary: 'List API keys, without their texts',
        response: { 200: listOf(accessRest.apiKey), ...refusals },
      },
    },
    async () => ({ items: (await store.listApiKeys()).map((key) => showApiKey(context, key)), next: null }),
  );
  app.post(
    '/api-keys',
    {
      schema: {
        tags,
        summary: 'Create an API key',
        description: 'The answer is the only place where its text is ever shown.',
        body: accessRest.newApiKey,
        response: { 201: accessRest.createdApiKey, ...refusals },
      },
    },
    async (request, reply) => {
      const { record, text } = newApiKey(random, clock.now(), request.body.description);
      await store.createApiKey(record);
      logger.info({ apiKey: record.id }, 'API key created');
      return reply.status(201).send({ ...showApiKey(context, record), key: text });
    },
  );
  app.delete(
    '/api-keys/:key',
    {
      schema: {
        tags,
        summary: 'Remove an API key',
        params: z.object({ key: z.string().max(80) }),
        response: { 204: gone, ...refusals },
      },
    },
    async (request, reply) => {
      const id = request.params.key;
      if (!(await store.removeApiKey(id))) throw new CausewayError('NOT_FOUND', { kind: 'API key', id });
      logger.info({ apiKey: id }, 'API key removed');
      return reply.status(204).send(null);
    },
  );
}
