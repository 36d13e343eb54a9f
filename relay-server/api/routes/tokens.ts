/**
 * REST: activation tokens of a subscription.
 */
import { z } from 'zod';
import { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import { listOf } from '#protocol/rest/api.ts';
import * as installingRest from '#protocol/rest/installing.ts';
import { createToken, revokeToken } from '../../control/administration/tokens.ts';
import type { RouteScope } from '../app.ts';
import { showToken, showTokenUse } from '../shapes.ts';
import { gone, inSubscription, refusals, SUBSCRIPTION } from './paths.ts';

const tags = ['tokens'];
const one = inSubscription.extend({ token: z.string().max(80) });

export function tokenRoutes({ app, control: { context }, acting }: RouteScope): void {
  const { installing } = context.store;
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
      const { id } = context.directory.find(request.params.subscription);
      const [tokens, uses, links] = await Promise.all([
        installing.listTokens(id),
        installing.countUses(id),
        installing.listLinks(id),
      ]);
      const facts = { uses, links: new Map(links.map((link) => [link.token, link])) };
      return { items: tokens.map((token) => showToken(token, facts)), next: null };
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
      const { token, text } = await createToken(acting(request), home, wish);
      const facts = { uses: new Map(), links: new Map() };
      return reply.status(201).send({ ...showToken(token, facts), token: text });
    },
  );
  app.get(
    `${SUBSCRIPTION}/tokens/:token/uses`,
    {
      schema: {
        tags,
        summary: 'Which machines came by a token, newest first',
        description: 'As they were then; a machine that was removed since is in the list too.',
        params: one,
        response: { 200: listOf(installingRest.tokenUse), ...refusals },
      },
    },
    async (request) => {
      const { id } = context.directory.find(request.params.subscription);
      const { token } = request.params;
      const known = await installing.listTokens(id);
      if (!known.some((each) => each.id === token)) throw new CausewayError('NOT_FOUND', { kind: 'token', id: token });
      const uses = await installing.listUses(token, LIMITS.TOKEN_USES_SHOWN.value);
      return { items: uses.map(showTokenUse), next: null };
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
      await revokeToken(acting(request), context.directory.find(request.params.subscription), request.params.token);
      return reply.status(204).send(null);
    },
  );
}
