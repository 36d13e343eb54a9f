/**
 * The REST API under /api/v1: what all of its parts share. The server, the portal, the command line and
 * the OpenAPI description are made from the schemas in this folder.
 *
 * | file | resources |
 * | --- | --- |
 * | policy.ts | subscriptions, groups, roles, connections, "can A reach B?" |
 * | changes.ts | several changes of the policy as one: their effect, applied, undone; the policy as a document |
 * | machines.ts | machines, what they say of themselves, their history |
 * | installing.ts | activation tokens, install links |
 * | access.ts | the first run, signing in, people, API keys |
 * | watching.ts | audit, events, activity, the relay's measurements |
 *
 * Who asks is told by `Authorization: Bearer <API key>` or by the session cookie of the portal; with the
 * cookie, whatever is not a GET also needs an Origin of the server's own. What a request needs is
 * {@link Rights}: a GET `viewer`, all else `administrator`, unless a route says otherwise (`x-rights` in
 * the description).
 *
 * What stands in a path or names another thing may be its id or its name. A list answers
 * `{ items, next }`; POST answers 201 with what was made, PATCH 200 with what is now, DELETE 204.
 * Refusals are `{ error: { code, message, remedy, details } }`, see errors.ts.
 *
 * What can be changed has a `version` that grows with every change. A PATCH or DELETE with
 * `If-Match: "<version>"` (RFC 9110 §13.1.1) is refused as CHANGED_MEANWHILE when it is another one by
 * now; without the header it is done whatever the version.
 */
import { z } from 'zod';
import { wireError } from '../wire-error.ts';

export const API_PATH = '/api/v1';

export const isoTime = z.iso.datetime();
/** A name for people: 1 to 80 characters, no control characters. */
export const displayName = z
  .string()
  .min(1)
  .max(80)
  .regex(/^\P{Cc}+$/u);
export const description = z.string().max(500);
/** Names one thing: by its id, or by its name (in any case). */
export const nameOrId = z.string().min(1).max(80);
/** Grows by one with every change of the thing. */
export const version = z.int().positive();

/** What a list answers; `next` is what to pass as `after` for the following page, null at the end. */
export const listOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), next: z.string().nullable() });

export const refusal = z.object({ error: wireError });

/**
 * What somebody may do, each including the one before: see everything; change what is in subscriptions;
 * and also people, API keys and the subscriptions themselves.
 */
export const rights = z.enum(['viewer', 'administrator', 'owner']);
export type Rights = z.infer<typeof rights>;

/** A thing as another one names it. */
export const reference = z.object({ id: z.string(), name: z.string() });
