/**
 * REST: endpoint groups.
 */
import { listOf, nameOrId } from '#protocol/rest/api.ts';
import * as policyRest from '#protocol/rest/policy.ts';
import { changeGroup, createGroup, removeGroup } from '../../control/administration/groups.ts';
import type { RouteScope } from '../app.ts';
import { expectedVersion, tagged } from '../if-match.ts';
import { present } from '../present.ts';
import { showGroup } from '../shapes.ts';
import { gone, inSubscription, refusals, SUBSCRIPTION } from './paths.ts';

const tags = ['groups'];
const one = inSubscription.extend({ group: nameOrId });

export function groupRoutes({ app, control: { context }, acting }: RouteScope): void {
  const { directory } = context;
  app.get(
    `${SUBSCRIPTION}/groups`,
    {
      schema: {
        tags,
        summary: 'List groups',
        params: inSubscription,
        response: { 200: listOf(policyRest.group), ...refusals },
      },
    },
    async (request) => {
      const home = directory.find(request.params.subscription);
      return { items: home.groups.list().map((group) => showGroup(context, home, group)), next: null };
    },
  );
  app.post(
    `${SUBSCRIPTION}/groups`,
    {
      schema: {
        tags,
        summary: 'Create a group',
        params: inSubscription,
        body: policyRest.newGroup,
        response: { 201: policyRest.group, ...refusals },
      },
    },
    async (request, reply) => {
      const home = directory.find(request.params.subscription);
      return reply.status(201).send(showGroup(context, home, await createGroup(acting(request), home, request.body)));
    },
  );
  app.get(
    `${SUBSCRIPTION}/groups/:group`,
    { schema: { tags, summary: 'Show a group', params: one, response: { 200: policyRest.group, ...refusals } } },
    async (request, reply) => {
      const home = directory.find(request.params.subscription);
      return tagged(reply, showGroup(context, home, home.groups.find(request.params.group)));
    },
  );
  app.patch(
    `${SUBSCRIPTION}/groups/:group`,
    {
      schema: {
        tags,
        summary: 'Change a group',
        params: one,
        body: policyRest.groupChange,
        response: { 200: policyRest.group, ...refusals },
      },
    },
    async (request, reply) => {
      const home = directory.find(request.params.subscription);
      const [id, change, expect] = [request.params.group, present(request.body), expectedVersion(request)];
      return tagged(reply, showGroup(context, home, await changeGroup(acting(request), home, id, change, expect)));
    },
  );
  app.delete(
    `${SUBSCRIPTION}/groups/:group`,
    {
      schema: {
        tags,
        summary: 'Remove a group',
        description: 'Its members become unassigned; its connections go.',
        params: one,
        response: { 204: gone, ...refusals },
      },
    },
    async (request, reply) => {
      const home = directory.find(request.params.subscription);
      await removeGroup(acting(request), home, request.params.group, expectedVersion(request));
      return reply.status(204).send(null);
    },
  );
}
