/**
 * REST: activation tokens of a subscription.
 */
import { z } from 'zod';
import { listOf } from '#protocol/rest/api.ts';
import * as installingRest from '#protocol/rest/installing.ts';
import { createToken, revokeToken } from '../../control/administration/tokens.ts';
import type { RouteScope } from '../app.ts';
import { showToken } from '../shapes.ts';
import { gone, inSubscription, refusals, SUBSCRIPTION } from './paths.ts';

const tags = ['tokens'];
const one = inSubscription.extend({ token: z.string().max(80) });

export function tokenRoutes({ app, control: { context } }: RouteScope): void {
  app.get(
    `${SUBSCRIPTION}/tokens`,
    {
      schema: {
        tags,
        summary: 'List activation tokens, newest first, without their texts',
        params: inSubscription,
        response: { 200: listOf(installingRest.token), ...refusals },
      },
    },
    async (request) => {
      const tokens = await context.store.listTokens(context.directory.find(request.params.subscription).id);
      return { items: tokens.map(showToken), next: null };
    },
  );
  app.post(
    `${SUBSCRIPTION}/tokens`,
    {
      schema: {
        tags,
        summary: 'Create an activation token',
        description: 'The answer is the only place where its text is ever shown.',
        params: inSubscription,
        body: installingRest.newToken,
        response: { 201: installingRest.createdToken, ...refusals },
      },
    },
    async (request, reply) => {
      const { expiresAt, ...rest } = request.body;
      const wish = { ...rest, expiresAt: expiresAt === null ? null : Date.parse(expiresAt) };
      const home = context.directory.find(request.params.subscription);
      const { token, text } = await createToken(context, home, wish);
      return reply.status(201).send({ ...showToken(token), token: text });
    },
  );
  app.delete(
    `${SUBSCRIPTION}/tokens/:token`,
    {
      schema: {
        tags,
        summary: 'Revoke an activation token',
        description: 'It stays in the list, as revoked. Machines activated by it stay too.',
        params: one,
        response: { 204: gone, ...refusals },
      },
    },
    async (request, reply) => {
      await revokeToken(context, context.directory.find(request.params.subscription), request.params.token);
      return reply.status(204).send(null);
    },
  );
}
