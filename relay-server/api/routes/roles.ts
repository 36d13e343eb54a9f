/**
 * REST: roles.
 */
import { listOf, nameOrId } from '#protocol/rest/api.ts';
import * as policyRest from '#protocol/rest/policy.ts';
import { changeRole, createRole, removeRole } from '../../control/administration/roles.ts';
import type { RouteScope } from '../app.ts';
import { present } from '../present.ts';
import { showRole } from '../shapes.ts';
import { gone, inSubscription, refusals, SUBSCRIPTION } from './paths.ts';

const tags = ['roles'];
const one = inSubscription.extend({ role: nameOrId });

export function roleRoutes({ app, control: { context } }: RouteScope): void {
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
      return reply.status(201).send(showRole(context, home, await createRole(context, home, request.body)));
    },
  );
  app.get(
    `${SUBSCRIPTION}/roles/:role`,
    { schema: { tags, summary: 'Show a role', params: one, response: { 200: policyRest.role, ...refusals } } },
    async (request) => {
      const home = directory.find(request.params.subscription);
      return showRole(context, home, home.roles.find(request.params.role));
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
    async (request) => {
      const home = directory.find(request.params.subscription);
      return showRole(context, home, await changeRole(context, home, request.params.role, present(request.body)));
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
      await removeRole(context, directory.find(request.params.subscription), request.params.role);
      return reply.status(204).send(null);
    },
  );
}
