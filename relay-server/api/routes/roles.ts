/**
 * REST: roles.
 */
import { listOf, nameOrId } from '#protocol/rest/api.ts';
import * as policyRest from '#protocol/rest/policy.ts';
import { changeRole, createRole, removeRole } from '../../control/administration/roles.ts';
import type { RouteScope } from '../app.ts';
import { expectedVersion, tagged } from '../if-match.ts';
import { present } from '../present.ts';
import { showRole } from '../shapes.ts';
import { gone, inSubscription, refusals, SUBSCRIPTION } from './paths.ts';

const tags = ['roles'];
const one = inSubscription.extend({ role: nameOrId });

export function roleRoutes({ app, control: { context }, acting }: RouteScope): void {
  const { directory } = context;
  app.get(
    `${SUBSCRIPTION}/roles`,
    {
      schema: {
        tags,
        summary: 'List roles',
        params: inSubscription,
        response: { 200: listOf(policyRest.role), ...refusals },
      },
    },
    async (request) => {
      const home = directory.find(request.params.subscription);
      return { items: home.roles.list().map((role) => showRole(context, home, role)), next: null };
    },
  );
  app.post(
    `${SUBSCRIPTION}/roles`,
    {
      schema: {
        tags,
        summary: 'Create a role',
        params: inSubscription,
        body: policyRest.newRole,
        response: { 201: policyRest.role, ...refusals },
      },
    },
    async (request, reply) => {
      const home = directory.find(request.params.subscription);
      return reply.status(201).send(showRole(context, home, await createRole(acting(request), home, request.body)));
    },
  );
  app.get(
    `${SUBSCRIPTION}/roles/:role`,
    { schema: { tags, summary: 'Show a role', params: one, response: { 200: policyRest.role, ...refusals } } },
    async (request, reply) => {
      const home = directory.find(request.params.subscription);
      return tagged(reply, showRole(context, home, home.roles.find(request.params.role)));
    },
  );
  app.patch(
    `${SUBSCRIPTION}/roles/:role`,
    {
      schema: {
        tags,
        summary: 'Change a role',
        params: one,
        body: policyRest.roleChange,
        response: { 200: policyRest.role, ...refusals },
      },
    },
    async (request, reply) => {
      const home = directory.find(request.params.subscription);
      const [id, change, expect] = [request.params.role, present(request.body), expectedVersion(request)];
      return tagged(reply, showRole(context, home, await changeRole(acting(request), home, id, change, expect)));
    },
  );
  app.get(
    `${SUBSCRIPTION}/roles/:role/instance-counts`,
    {
      schema: {
        tags,
        summary: 'How many instances a role had over time',
        params: one,
        response: { 200: policyRest.instanceCounts, ...refusals },
      },
    },
    async (request) => {
      const { id } = directory.find(request.params.subscription).roles.find(request.params.role);
      const counts = await context.store.instanceCounts(id);
      return { points: counts.map(({ at, instances }) => ({ at: new Date(at).toISOString(), instances })) };
    },
  );
  app.delete(
    `${SUBSCRIPTION}/roles/:role`,
    {
      schema: {
        tags,
        summary: 'Remove a role',
        description: 'With its connections, tokens and instances, which are cut off.',
        params: one,
        response: { 204: gone, ...refusals },
      },
    },
    async (request, reply) => {
      const home = directory.find(request.params.subscription);
      await removeRole(acting(request), home, request.params.role, expectedVersion(request));
      return reply.status(204).send(null);
    },
  );
}
