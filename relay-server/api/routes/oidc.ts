/**
 * Signing in at the identity provider: two navigations of the browser, so refusals are pages too.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import { API_PATH } from '#protocol/rest/api.ts';
import type { OidcProvider } from '../../control/access/oidc-provider.ts';
import { signInByIdentity } from '../../control/access/oidc-sign-in.ts';
import type { RouteScope } from '../app.ts';
import { ownOrigin } from '../origin.ts';
import { clearFlowCookie, flowCookie, setFlowCookie } from '../session-cookie.ts';
import { openSession, visitorOf } from './sign-in.ts';

const tags = ['access'];
const config = { rights: 'nobody' } as const;

export function oidcRoutes({ app, control: { context } }: RouteScope): void {
  const { access, logger } = context;
  app.get(
    '/oidc/start',
    {
      config,
      schema: {
        tags,
        summary: 'Go to the identity provider',
        description: 'A navigation of the browser. With `anew`, the provider asks who it is even if it remembers.',
        querystring: z.object({ anew: z.literal('').optional() }),
      },
    },
    (request, reply) =>
      orBack(request, reply, async () => {
        access.takeAddress(request.ip);
        const { url, flow } = await provider().begin(callbackOf(request), request.query.anew !== undefined);
        const cookie = setFlowCookie(flow, LIMITS.OIDC_FLOW_LIFETIME_MS.value / 1000);
        return reply.header('set-cookie', cookie).header('cache-control', 'no-store').redirect(url.href, 303);
      }),
  );
  app.get(
    '/oidc/callback',
    { config, schema: { tags, summary: 'Come back from there', description: 'A navigation of the browser.' } },
    (request, reply) =>
      orBack(request, reply, async () => {
        const returned = callbackOf(request);
        returned.search = new URL(request.url, 'https://host').search;
        const identity = await provider().finish(flowCookie(request.headers.cookie), returned);
        const { token } = await signInByIdentity(context, identity, visitorOf(request));
        openSession(reply, token).header('set-cookie', clearFlowCookie());
        // Not a redirect: the browser would count it to the other site's navigation and keep the strict cookie back.
        return page(reply, '/', 'You are signed in.');
      }),
  );

  function provider(): OidcProvider {
    if (access.oidc === null) throw new CausewayError('OIDC_FAILED', { issue: 'no identity provider is set up here' });
    return access.oidc;
  }

  async function orBack(request: FastifyRequest, reply: FastifyReply, work: () => Promise<unknown>): Promise<unknown> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof CausewayError)) throw error;
      // Codes and states stand in the address, so it is not written down.
      logger.warn({ issue: error.message, address: request.ip }, 'a sign-in at the identity provider failed');
      reply.header('set-cookie', clearFlowCookie());
      return page(reply, `/sign-in?problem=${error.code}`, error.message);
    }
  }
}

function callbackOf(request: FastifyRequest): URL {
  const origin = ownOrigin(request);
  if (origin === undefined) throw new CausewayError('REQUEST_MALFORMED', { issue: 'host: missing' });
  return new URL(`${API_PATH}/oidc/callback`, origin);
}

/** @param path of ours, @param sentence without markup */
function page(reply: FastifyReply, path: string, sentence: string): FastifyReply {
  const text = sentence.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
  return reply
    .header('cache-control', 'no-store')
    .header(
      'content-security-policy',
      "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    )
    .header('referrer-policy', 'no-referrer')
    .type('text/html; charset=utf-8')
    .send(
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=${path}">` +
        `<title>Causeway</title></head><body><p>${text} <a href="${path}">Go on</a></p></body></html>`,
    );
}
