/**
 * Who asks, and whether they may: one hook before every route of the versioned API. What a route needs
 * follows from its method (a GET `viewer`, all else `administrator`) unless its config says otherwise.
 *
 * A key of one subscription reaches the routes below that subscription, and elsewhere only those that
 * say that they show it no other (`config.boundKeys`).
 */
import type { FastifyRequest } from 'fastify';
import { CausewayError } from '#protocol/errors.ts';
import type { SubscriptionId } from '#protocol/ids.ts';
import { type Rights, rights as ranks } from '#protocol/rest/api.ts';
import { actorOf, findSession, type OpenSession } from '../control/access/sessions.ts';
import { requireApiKey } from '../control/administration/api-keys.ts';
import type { SessionContext } from '../control/session.ts';
import type { Actor } from '../store/records.ts';
import { bearerOf } from './bearer.ts';
import { refuseForeignOrigin, requireOwnOrigin } from './origin.ts';
import { sessionCookie } from './session-cookie.ts';

/** Somebody who was recognised. */
export interface Asker {
  readonly actor: Actor;
  readonly rights: Rights;
  /** The only subscription they may touch; null for all. */
  readonly subscription: SubscriptionId | null;
  /** Id of the session, for a person at the portal. */
  readonly session?: string;
  /** Of a person who is signed in; null for an API key. */
  readonly signedIn: OpenSession | null;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the guard before a route runs; null where nobody need be known. */
    asker: Asker | null;
  }
  interface FastifyContextConfig {
    /** What the route needs, if its method does not tell. */
    rights?: Rights | 'nobody';
    /** Outside of subscriptions: the route looks at `asker.subscription` and shows nothing of others. */
    boundKeys?: 'filtered';
  }
}

/** What a route needs, for the guard and for the description. */
export function rightsOf(method: string, configured: Rights | 'nobody' | undefined): Rights | 'nobody' {
  return configured ?? (isSafe(method) ? 'viewer' : 'administrator');
}

/** @throws CausewayError NOT_SIGNED_IN, API_KEY_REFUSED, ORIGIN_REFUSED, NOT_ALLOWED, NOT_OF_THIS_SUBSCRIPTION */
export async function guard(context: SessionContext, request: FastifyRequest): Promise<void> {
  const needed = rightsOf(request.method, request.routeOptions.config.rights);
  if (needed === 'nobody') {
    if (!isSafe(request.method)) refuseForeignOrigin(request);
    return;
  }
  const asker = await recognise(context, request);
  noteUse(context, asker);
  if (ranks.options.indexOf(asker.rights) < ranks.options.indexOf(needed)) {
    throw new CausewayError('NOT_ALLOWED', { needed, rights: asker.rights });
  }
  if (asker.subscription !== null) requireWithin(context, asker.subscription, request);
  request.asker = asker;
}

/** Whether whoever asked would still be let in: for answers that go on for hours. Looking is no use of a session. */
export async function isStillKnown(context: SessionContext, request: FastifyRequest): Promise<boolean> {
  try {
    await recognise(context, request);
    return true;
  } catch (error) {
    if (error instanceof CausewayError) return false;
    throw error;
  }
}

/** For what only a person has. @throws CausewayError NOT_ALLOWED to an API key */
export function requireSignedIn(request: FastifyRequest): OpenSession {
  const signedIn = request.asker?.signedIn;
  if (signedIn) return signedIn;
  throw new CausewayError('NOT_ALLOWED', { needed: 'a person who is signed in', rights: 'an API key' });
}

async function recognise(context: SessionContext, request: FastifyRequest): Promise<Asker> {
  const { authorization, cookie } = request.headers;
  if (authorization !== undefined) {
    const key = await requireApiKey(context.store, bearerOf(authorization), context.clock.now());
    const actor = { kind: 'api-key', id: key.id, name: key.description, address: request.ip } as const;
    return { actor, rights: key.rights, subscription: key.subscription, signedIn: null };
  }
  const token = sessionCookie(cookie);
  if (token === undefined) throw new CausewayError('NOT_SIGNED_IN');
  if (!isSafe(request.method)) requireOwnOrigin(request);
  const signedIn = await findSession(context, token);
  if (signedIn === undefined) throw new CausewayError('NOT_SIGNED_IN');
  const { person, session } = signedIn;
  const actor = actorOf(person, request.ip);
  return { actor, rights: person.rights, subscription: null, session: session.id, signedIn };
}

/**
 * Says the same of a subscription that is not there: names of others are nobody's business. Asks the
 * directory which one is meant, as the route will: a name may look like the id of another.
 */
function requireWithin(context: SessionContext, own: SubscriptionId, request: FastifyRequest): void {
  const { subscription } = (request.params ?? {}) as { subscription?: string };
  const within =
    subscription === undefined
      ? request.routeOptions.config.boundKeys === 'filtered'
      : context.directory.lookUp(subscription)?.id === own;
  if (!within) throw new CausewayError('NOT_OF_THIS_SUBSCRIPTION');
}

function noteUse({ sightings }: SessionContext, { actor, session }: Asker): void {
  if (session === undefined) sightings.keyUsed(actor.id);
  else sightings.sessionUsed(session);
}

function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}
