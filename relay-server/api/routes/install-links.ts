/**
 * REST: install links of a subscription.
 */
import { z } from 'zod';
import { listOf } from '#protocol/rest/api.ts';
import * as installingRest from '#protocol/rest/installing.ts';
import { changeInstallLink, createInstallLink, removeInstallLink } from '../../control/administration/install-links.ts';
import type { RouteScope } from '../app.ts';
import { showInstallLink } from '../shapes.ts';
import { gone, inSubscription, refusals, SUBSCRIPTION } from './paths.ts';

const tags = ['install links'];
const one = inSubscription.extend({ link: z.string().max(80) });

export function installLinkRoutes({ app, control: { context }, acting }: RouteScope): void {
  const { installing } = context.store;
  app.get(
    `${SUBSCRIPTION}/install-links`,
    {
      schema: {
        tags,
        summary: 'List install links, newest first, without their tokens’ texts',
        params: inSubscription,
        response: { 200: listOf(installingRest.installLink), ...refusals },
      },
    },
    async (request) => {
      const { id } = context.directory.find(request.params.subscription);
      const [links, tokens, uses] = await Promise.all([
        installing.listLinks(id),
        installing.listTokens(id),
        installing.countUses(id),
      ]);
      const byId = new Map(tokens.map((token) => [token.id, token]));
      const items = links.flatMap((link) => {
        const token = byId.get(link.token);
        return token === undefined ? [] : [showInstallLink(link, token, uses)];
      });
      return { items, next: null };
    },
  );
  app.post(
    `${SUBSCRIPTION}/install-links`,
    {
      schema: {
        tags,
        summary: 'Create an install link, with a token of its own',
        description: 'The answer is the only place where the whole link is ever shown.',
        params: inSubscription,
        body: installingRest.newInstallLink,
        response: { 201: installingRest.createdInstallLink, ...refusals },
      },
    },
    async (request, reply) => {
      const { expiresAt, ...rest } = request.body;
      const wish = { ...rest, expiresAt: expiresAt === null ? null : Date.parse(expiresAt) };
      const home = context.directory.find(request.params.subscription);
      const { link, token, text } = await createInstallLink(acting(request), home, wish);
      const url = `${context.serverUrl()}/install/${link.id}#${text}`;
      return reply.status(201).send({ ...showInstallLink(link, token, new Map()), url });
    },
  );
  app.patch(
    `${SUBSCRIPTION}/install-links/:link`,
    {
      schema: {
        tags,
        summary: 'Switch an install link off or on, or move its end',
        description: 'While it is off, or after its end, its token activates nobody.',
        params: one,
        body: installingRest.installLinkChange,
        response: { 200: installingRest.installLink, ...refusals },
      },
    },
    async (request) => {
      const home = context.directory.find(request.params.subscription);
      const { enabled, expiresAt } = request.body;
      const change = {
        ...(enabled !== undefined && { enabled }),
        ...(expiresAt !== undefined && { expiresAt: expiresAt === null ? null : Date.parse(expiresAt) }),
      };
      const { link, token } = await changeInstallLink(acting(request), home, request.params.link, change);
      return showInstallLink(link, token, await installing.countUses(home.id));
    },
  );
  app.delete(
    `${SUBSCRIPTION}/install-links/:link`,
    {
      schema: {
        tags,
        summary: 'Remove an install link',
        description: 'Its token is revoked. Machines activated by it stay.',
        params: one,
        response: { 204: gone, ...refusals },
      },
    },
    async (request, reply) => {
      const home = context.directory.find(request.params.subscription);
      await removeInstallLink(acting(request), home, request.params.link);
      return reply.status(204).send(null);
    },
  );
}
