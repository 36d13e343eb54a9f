/**
 * Who asks, and whether they may: one hook before every route of the versioned API. What a route needs
 * follows from its method (a GET `viewer`, all else `administrator`) unless its config says otherwise.
 */
import type { FastifyRequest } from 'fastify';
import { CausewayError } from '#protocol/errors.ts';
import type { SubscriptionId } from '#protocol/ids.ts';
import { type Rights, rights as ranks } from '#protocol/rest/api.ts';
import { requireApiKey } from '../control/administration/access.ts';
import type { SessionContext } from '../control/session.ts';
import type { Actor } from '../store/records.ts';
import { bearerOf } from './bearer.ts';

/** Somebody who was recognised. */
export interface Asker {
  readonly actor: Actor;
  readonly rights: Rights;
  /** The only subscription they may touch; null for all. */
  readonly subscription: SubscriptionId | null;
  /** Id of the session, for a person at the portal. */
  readonly session?: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the guard before a route runs; null where nobody need be known. */
    asker: Asker | null;
  }
  interface FastifyContextConfig {
    /** What the route needs, if its method does not tell. */
    rights?: Rights | 'nobody';
  }
}

/** What a route needs, for the guard and for the description. */
export function rightsOf(method: string, configured: Rights | 'nobody' | undefined): Rights | 'nobody' {
  return configured ?? (method === 'GET' || method === 'HEAD' ? 'viewer' : 'administrator');
}

/** @throws CausewayError API_KEY_REFUSED, NOT_ALLOWED, NOT_OF_THIS_SUBSCRIPTION */
export async function guard(context: SessionContext, request: FastifyRequest): Promise<void> {
  const needed = rightsOf(request.method, request.routeOptions.config.rights);
  if (needed === 'nobody') return;
  const asker = await recognise(context, request);
  if (ranks.options.indexOf(asker.rights) < ranks.options.indexOf(needed)) {
    throw new CausewayError('NOT_ALLOWED', { needed, rights: asker.rights });
  }
  request.asker = asker;
}

async function recognise(context: SessionContext, request: FastifyRequest): Promise<Asker> {
  const key = await requireApiKey(context.store, bearerOf(request.headers.authorization));
  context.sightings.keyUsed(key.id);
  const actor = { kind: 'api-key', id: key.id, name: key.description, address: request.ip } as const;
  return { actor, rights: key.rights, subscription: key.subscription };
}
