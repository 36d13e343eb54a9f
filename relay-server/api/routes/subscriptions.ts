/**
 * REST: subscriptions, and whether one machine of a subscription reaches another.
 */
import { evaluate } from '#protocol/policy.ts';
import { listOf } from '#protocol/rest/api.ts';
import * as policyRest from '#protocol/rest/policy.ts';
import {
  createSubscription,
  removeSubscription,
  renameSubscription,
} from '../../control/administration/subscriptions.ts';
import type { RouteScope } from '../app.ts';
import { showSubscription } from '../shapes.ts';
import { gone, inSubscription, refusals, SUBSCRIPTION } from './paths.ts';

const tags = ['subscriptions'];

export function subscriptionRoutes({ app, control: { context } }: RouteScope): void {
  app.get(
    '/subscriptions',
    {
      config: { boundKeys: 'filtered' },
      schema: { tags, summary: 'List subscriptions', response: { 200: listOf(policyRest.subscription), ...refusals } },
    },
    async ({ asker }) => {
      const own = asker?.subscription ?? null;
      const homes = context.directory.list().filter(({ id }) => own === null || id === own);
      return { items: homes.map((home) => showSubscription(context, home)), next: null };
    },
  );
  app.post(
    '/subscriptions',
    {
      config: { rights: 'owner' },
      schema: {
        tags,
        summary: 'Create a subscription',
        body: policyRest.newSubscription,
        response: { 201: policyRest.subscription, ...refusals },
      },
    },
    async (request, reply) =>
      reply.status(201).send(showSubscription(context, await createSubscription(context, request.body.name))),
  );
  app.get(
    SUBSCRIPTION,
    {
      schema: {
        tags,
        summary: 'Show a subscription',
        params: inSubscription,
        response: { 200: policyRest.subscription, ...refusals },
      },
    },
    async (request) => showSubscription(context, context.directory.find(request.params.subscription)),
  );
  app.patch(
    SUBSCRIPTION,
    {
      config: { rights: 'owner' },
      schema: {
        tags,
        summary: 'Rename a subscription',
        description: 'Its machines get names under the new name.',
        params: inSubscription,
        body: policyRest.subscriptionChange,
        response: { 200: policyRest.subscription, ...refusals },
      },
    },
    async (request) => {
      const home = context.directory.find(request.params.subscription);
      if (request.body.name !== undefined) await renameSubscription(context, home, request.body.name);
      return showSubscription(context, home);
    },
  );
  app.delete(
    SUBSCRIPTION,
    {
      config: { rights: 'owner' },
      schema: {
        tags,
        summary: 'Remove a subscription',
        description: 'With all that is in it; its machines are cut off.',
        params: inSubscription,
        response: { 204: gone, ...refusals },
      },
    },
    async (request, reply) => {
      await removeSubscription(context, context.directory.find(request.params.subscription));
      return reply.status(204).send(null);
    },
  );
  app.get(
    `${SUBSCRIPTION}/reachability`,
    {
      schema: {
        tags,
        summary: 'Can one machine reach another?',
        params: inSubscription,
        querystring: policyRest.reachabilityQuery,
        response: { 200: policyRest.reachability, ...refusals },
      },
    },
    async (request) => {
      const home = context.directory.find(request.params.subscription);
      const { from, to } = request.query;
      return { ...evaluate(home.policy, home.findMachine(from).id, home.findMachine(to).id), remedy: null };
    },
  );
}
