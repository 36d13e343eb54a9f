/**
 * REST: connections between groups and roles, and between groups.
 */
import { z } from 'zod';
import { listOf } from '#protocol/rest/api.ts';
import * as policyRest from '#protocol/rest/policy.ts';
import * as sidesRest from '#protocol/rest/sides.ts';
import { connect, disconnect } from '../../control/administration/connections.ts';
import type { RouteScope } from '../app.ts';
import { showConnection } from '../shapes.ts';
import { gone, inSubscription, refusals, SUBSCRIPTION } from './paths.ts';

const tags = ['connections'];
const one = inSubscription.extend({ connection: z.string().max(80) });

export function connectionRoutes({ app, control: { context }, acting }: RouteScope): void {
  const { directory } = context;
  app.get(
    `${SUBSCRIPTION}/connections`,
    {
      schema: {
        tags,
        summary: 'List connections',
        params: inSubscription,
        response: { 200: listOf(policyRest.connection), ...refusals },
      },
    },
    async (request) => {
      const home = directory.find(request.params.subscription);
      return { items: [...home.connections()].map((connection) => showConnection(home, connection)), next: null };
    },
  );
  app.post(
    `${SUBSCRIPTION}/connections`,
    {
      schema: {
        tags,
        summary: 'Connect a role to a group, or a group to a group',
        description: 'What is connected already is answered with 200 and the connection that is there.',
        params: inSubscription,
        body: sidesRest.newConnection,
        response: { 200: policyRest.connection, 201: policyRest.connection, ...refusals },
      },
    },
    async (request, reply) => {
      const home = directory.find(request.params.subscription);
      const { connection, created } = await connect(acting(request), home, request.body.a, request.body.b);
      return reply.status(created ? 201 : 200).send(showConnection(home, connection));
    },
  );
  app.delete(
    `${SUBSCRIPTION}/connections/:connection`,
    {
      schema: {
        tags,
        summary: 'Disconnect',
        description: 'Sessions between the two sides are cut at once.',
        params: one,
        response: { 204: gone, ...refusals },
      },
    },
    async (request, reply) => {
      await disconnect(acting(request), directory.find(request.params.subscription), request.params.connection);
      return reply.status(204).send(null);
    },
  );
}
