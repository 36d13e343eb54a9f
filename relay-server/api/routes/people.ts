/**
 * REST: people who may sign in at the portal. For owners.
 */
import { z } from 'zod';
import * as accessRest from '#protocol/rest/access.ts';
import { listOf, nameOrId } from '#protocol/rest/api.ts';
import { changePerson, createPerson, findPerson, removePerson } from '../../control/access/people.ts';
import { showPerson } from '../access-shapes.ts';
import type { RouteScope } from '../app.ts';
import { expectedVersion, tagged } from '../if-match.ts';
import { present } from '../present.ts';
import { gone, refusals } from './paths.ts';
import { renewSession } from './sign-in.ts';

const tags = ['people'];
const config = { rights: 'owner' } as const;
const params = z.object({ person: nameOrId.max(120) });

export function peopleRoutes({ app, control: { context }, acting }: RouteScope): void {
  app.get(
    '/people',
    { config, schema: { tags, summary: 'List people', response: { 200: listOf(accessRest.person), ...refusals } } },
    async () => ({ items: (await context.store.people.list()).map(showPerson), next: null }),
  );
  app.post(
    '/people',
    {
      config,
      schema: {
        tags,
        summary: 'Create a person',
        description: 'Without a password, they can sign in at the identity provider only.',
        body: accessRest.newPerson,
        response: { 201: accessRest.person, ...refusals },
      },
    },
    async (request, reply) => reply.status(201).send(showPerson(await createPerson(acting(request), request.body))),
  );
  app.get(
    '/people/:person',
    { config, schema: { tags, summary: 'Show a person', params, response: { 200: accessRest.person, ...refusals } } },
    async (request, reply) => tagged(reply, showPerson(await findPerson(context, request.params.person))),
  );
  app.patch(
    '/people/:person',
    {
      config,
      schema: {
        tags,
        summary: 'Change a person',
        description: 'Other rights, another password and being disabled end their sessions.',
        params,
        body: accessRest.personChange,
        response: { 200: accessRest.person, ...refusals },
      },
    },
    async (request, reply) => {
      const asking = request.asker?.session;
      const edit = present(request.body);
      const expected = expectedVersion(request);
      const { person, token } = await changePerson(acting(request), request.params.person, edit, expected, asking);
      return tagged(renewSession(reply, token), showPerson(person));
    },
  );
  app.delete(
    '/people/:person',
    { config, schema: { tags, summary: 'Remove a person', params, response: { 204: gone, ...refusals } } },
    async (request, reply) => {
      await removePerson(acting(request), request.params.person, expectedVersion(request));
      return reply.status(204).send(null);
    },
  );
}
