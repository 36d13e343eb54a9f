/**
 * REST: subscriptions, and whether one machine of a subscription reaches another.
 */
import { evaluate } from '#protocol/policy.ts';
import { remedyFor } from '#protocol/remedy.ts';
import { listOf } from '#protocol/rest/api.ts';
import * as policyRest from '#protocol/rest/policy.ts';
import {
  createSubscription,
  removeSubscription,
  renameSubscription,
} from '../../control/administration/subscriptions.ts';
import type { RouteScope } from '../app.ts';
import { expectedVersion, tagged } from '../if-match.ts';
import { showSubscription } from '../shapes.ts';
import { gone, inSubscription, refusals, SUBSCRIPTION } from './paths.ts';

const tags = ['subscriptions'];

export function subscriptionRoutes({ app, control: { context }, acting }: RouteScope): void {
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
      reply.status(201).send(showSubscription(context, await createSubscription(acting(request), request.body.name))),
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
    async (request, reply) =>
      tagged(reply, showSubscription(context, context.directory.find(request.params.subscription))),
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
    async (request, reply) => {
      const home = context.directory.find(request.params.subscription);
      const { name = home.record.name } = request.body;
      await renameSubscription(acting(request), home, name, expectedVersion(request));
      return tagged(reply, showSubscription(context, home));
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
      const home = context.directory.find(request.params.subscription);
      await removeSubscription(acting(request), home, expectedVersion(request));
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
      const [from, to] = [home.findMachine(request.query.from).id, home.findMachine(request.query.to).id];
      const remedy = remedyFor(home.policy, from, to);
      return {
        ...evaluate(home.policy, from, to),
        remedy: remedy && { sentence: remedy.sentence, changes: [...remedy.changes] },
      };
    },
  );
}
