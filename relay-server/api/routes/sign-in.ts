/**
 * REST: the first run, signing in and out. Open to everybody, so all of it is rate-limited.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LIMITS } from '#protocol/limits.ts';
import * as accessRest from '#protocol/rest/access.ts';
import type { Visitor } from '../../control/access/session-token.ts';
import { signOut } from '../../control/access/sessions.ts';
import { signIn } from '../../control/access/sign-in.ts';
import { welcome } from '../../control/access/welcome.ts';
import { claimFirstSecret } from '../../control/administration/api-keys.ts';
import { showAccount } from '../access-shapes.ts';
import type { RouteScope } from '../app.ts';
import { requireOwnOrigin } from '../origin.ts';
import { clearSessionCookie, sessionCookie, setSessionCookie } from '../session-cookie.ts';
import { showApiKey } from '../shapes.ts';
import { gone, refusals } from './paths.ts';

const tags = ['access'];
const config = { rights: 'nobody' } as const;

export function signInRoutes({ app, control: { context } }: RouteScope): void {
  app.post(
    '/claim',
    {
      config,
      schema: {
        tags,
        summary: 'Exchange the one-time secret of the first start for an API key',
        body: accessRest.claim,
        response: { 201: accessRest.createdApiKey, ...refusals },
      },
    },
    async (request, reply) => {
      const { record, text } = await claimFirstSecret(context, request.body.secret, request.ip);
      return reply.status(201).send({ ...showApiKey(context, record), key: text });
    },
  );
  app.post(
    '/welcome',
    {
      config,
      schema: {
        tags,
        summary: 'Exchange the one-time secret for an owner who is signed in',
        description: 'And the first subscription. After `causeway-relay reset-admin`, for another owner.',
        body: accessRest.welcome,
        response: { 201: accessRest.account, ...refusals },
      },
    },
    async (request, reply) => {
      const { person, token } = await welcome(context, request.body, visitorOf(request));
      return openSession(reply, token).status(201).send(showAccount(person));
    },
  );
  app.get(
    '/sign-in',
    {
      config,
      schema: {
        tags,
        summary: 'By which ways can one sign in?',
        response: { 200: accessRest.signInWays, ...refusals },
      },
    },
    async () => {
      const [people, keys] = [await context.store.people.list(), await context.store.listApiKeys()];
      const { oidc } = context.access;
      return {
        ready: people.length > 0 || keys.length > 0,
        password: people.some(({ passwordHash }) => passwordHash !== null),
        oidc: oidc && { label: oidc.settings.label },
      };
    },
  );
  app.post(
    '/session',
    {
      config,
      schema: {
        tags,
        summary: 'Sign in',
        description: 'Sets the cookie of a new session; one that was there before ends.',
        body: accessRest.signIn,
        response: { 201: accessRest.account, ...refusals },
      },
    },
    async (request, reply) => {
      const { person, token } = await signIn(context, request.body, visitorOf(request));
      return openSession(reply, token).status(201).send(showAccount(person));
    },
  );
  app.delete(
    '/session',
    { config, schema: { tags, summary: 'Sign out', response: { 204: gone, ...refusals } } },
    async (request, reply) => {
      const token = sessionCookie(request.headers.cookie);
      if (token !== undefined) {
        requireOwnOrigin(request);
        await signOut(context, token, request.ip);
      }
      return reply.header('set-cookie', clearSessionCookie()).status(204).send(null);
    },
  );
}

export function visitorOf(request: FastifyRequest): Visitor {
  const { cookie, 'user-agent': browser = '' } = request.headers;
  return { address: request.ip, browser, token: sessionCookie(cookie) };
}

export function openSession<Reply extends Pick<FastifyReply, 'header'>>(reply: Reply, token: string): Reply {
  reply.header('set-cookie', setSessionCookie(token, LIMITS.SESSION_LIFETIME_MS.value / 1000));
  return reply;
}

/** @param token that the session has from now on; undefined when it keeps the one that it has. */
export function renewSession<Reply extends Pick<FastifyReply, 'header'>>(
  reply: Reply,
  token: string | undefined,
): Reply {
  return token === undefined ? reply : openSession(reply, token);
}
