/**
 * REST: keys by which programs use the API. For owners.
 */
import { z } from 'zod';
import * as accessRest from '#protocol/rest/access.ts';
import { listOf } from '#protocol/rest/api.ts';
import { createApiKey, removeApiKey } from '../../control/administration/api-keys.ts';
import type { RouteScope } from '../app.ts';
import { showApiKey } from '../shapes.ts';
import { gone, refusals } from './paths.ts';

const tags = ['api-keys'];
const config = { rights: 'owner' } as const;

export function apiKeyRoutes({ app, control: { context }, acting }: RouteScope): void {
  app.get(
    '/api-keys',
    {
      config,
      schema: {
        tags,
        summary: 'List API keys, without their texts',
        response: { 200: listOf(accessRest.apiKey), ...refusals },
      },
    },
    async () => ({ items: (await context.store.listApiKeys()).map((key) => showApiKey(context, key)), next: null }),
  );
  app.post(
    '/api-keys',
    {
      config,
      schema: {
        tags,
        summary: 'Create an API key',
        description: 'The answer is the only place where its text is ever shown.',
        body: accessRest.newApiKey,
        response: { 201: accessRest.createdApiKey, ...refusals },
      },
    },
    async (request, reply) => {
      const { subscription, expiresAt, ...rest } = request.body;
      const { record, text } = await createApiKey(acting(request), {
        ...rest,
        subscription: subscription === null ? null : context.directory.find(subscription).id,
        expiresAt: expiresAt === null ? null : Date.parse(expiresAt),
      });
      return reply.status(201).send({ ...showApiKey(context, record), key: text });
    },
  );
  app.delete(
    '/api-keys/:key',
    {
      config,
      schema: {
        tags,
        summary: 'Remove an API key',
        params: z.object({ key: z.string().max(80) }),
        response: { 204: gone, ...refusals },
      },
    },
    async (request, reply) => {
      await removeApiKey(acting(request), request.params.key);
      return reply.status(204).send(null);
    },
  );
}
