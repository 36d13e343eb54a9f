/**
 * REST: the person who asks. For people only; an API key has no account.
 */
import { z } from 'zod';
import * as accessRest from '#protocol/rest/access.ts';
import { listOf } from '#protocol/rest/api.ts';
import { changeAccount, removeSecondFactor, setUpSecondFactor } from '../../control/access/account.ts';
import { endSession, listSessions } from '../../control/access/sessions.ts';
import { showAccount, showSession } from '../access-shapes.ts';
import type { RouteScope } from '../app.ts';
import { requireSignedIn } from '../guard.ts';
import { expectedVersion, tagged } from '../if-match.ts';
import { present } from '../present.ts';
import { gone, refusals } from './paths.ts';
import { renewSession } from './sign-in.ts';

const tags = ['account'];
/** Everybody may change their own. */
const config = { rights: 'viewer' } as const;

export function accountRoutes({ app, control: { context }, acting }: RouteScope): void {
  app.get(
    '/account',
    { config, schema: { tags, summary: 'Who am I?', response: { 200: accessRest.account, ...refusals } } },
    async (request, reply) => tagged(reply, showAccount(requireSignedIn(request).person)),
  );
  app.patch(
    '/account',
    {
      config,
      schema: {
        tags,
        summary: 'Change my name or my password',
        description: 'A new password needs the present one, ends all other sessions, and renews this one’s cookie.',
        body: accessRest.accountChange,
        response: { 200: accessRest.account, ...refusals },
      },
    },
    async (request, reply) => {
      const edit = present(request.body);
      const expected = expectedVersion(request);
      const { person, token } = await changeAccount(acting(request), requireSignedIn(request), edit, expected);
      return tagged(renewSession(reply, token), showAccount(person));
    },
  );
  app.post(
    '/account/totp',
    {
      config,
      schema: {
        tags,
        summary: 'Set up a second factor',
        description: 'Without a code: makes a secret. With the secret’s first code: switches it on.',
        body: accessRest.totpSetUp,
        response: { 201: accessRest.totpSecret, ...refusals },
      },
    },
    async (request, reply) => {
      const { token, ...factor } = await setUpSecondFactor(
        acting(request),
        requireSignedIn(request),
        request.body.code,
      );
      return renewSession(reply, token).status(201).send(factor);
    },
  );
  app.delete(
    '/account/totp',
    {
      config,
      schema: {
        tags,
        summary: 'Take my second factor away',
        body: accessRest.totpRemoval,
        response: { 204: gone, ...refusals },
      },
    },
    async (request, reply) => {
      const { presentPassword } = request.body;
      const { token } = await removeSecondFactor(acting(request), requireSignedIn(request), presentPassword);
      return renewSession(reply, token).status(204).send(null);
    },
  );
  app.get(
    '/account/sessions',
    {
      config,
      schema: { tags, summary: 'Where am I signed in?', response: { 200: listOf(accessRest.session), ...refusals } },
    },
    async (request) => {
      const { person, session } = requireSignedIn(request);
      const sessions = await listSessions(context, person.id);
      return { items: sessions.map((one) => showSession(one, session.id)), next: null };
    },
  );
  app.delete(
    '/account/sessions/:session',
    {
      config,
      schema: {
        tags,
        summary: 'End one of my sessions',
        params: z.object({ session: z.string().max(80) }),
        response: { 204: gone, ...refusals },
      },
    },
    async (request, reply) => {
      await endSession(acting(request), requireSignedIn(request).person, request.params.session);
      return reply.status(204).send(null);
    },
  );
}
