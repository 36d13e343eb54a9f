/**
 * Shapes of the REST API under /api/v1, shared by the server, the portal and the OpenAPI description.
 *
 *     POST   /claim                                        one-time secret → API key (no key needed)
 *     GET    /openapi.json                                 description of all this (no key needed)
 *     GET    POST          /api-keys                       DELETE /api-keys/:key
 *     GET    POST          /subscriptions                  GET PATCH DELETE /subscriptions/:subscription
 *     GET    POST          /subscriptions/:subscription/tokens         DELETE …/tokens/:token (revokes)
 *     GET                  /subscriptions/:subscription/machines       GET PATCH DELETE …/machines/:machine
 *     GET    POST          /subscriptions/:subscription/groups         GET PATCH DELETE …/groups/:group
 *     GET    POST          /subscriptions/:subscription/roles          GET PATCH DELETE …/roles/:role
 *     GET    POST          /subscriptions/:subscription/connections    DELETE …/connections/:connection
 *     GET                  /subscriptions/:subscription/reachability?from=&to=
 *
 * `Authorization: Bearer <API key>`. What stands in a path or names another thing may be its id or its
 * name. A list answers `{ items, next }`; POST answers 201 with what was made, PATCH 200 with what is
 * now, DELETE 204. Refusals are `{ error: { code, message, remedy, details } }`, see errors.ts.
 */
import { z } from 'zod';
import { wireError } from './control-messages.ts';
import { groupId, machineId, roleId, subscriptionId } from './ids.ts';
import { label } from './names.ts';

export const API_PATH = '/api/v1';

const isoTime = z.iso.datetime();
/** A name for people: 1 to 80 characters, no control characters. */
export const displayName = z
  .string()
  .min(1)
  .max(80)
  .regex(/^\P{Cc}+$/u);
/** Names one thing: by its id, or by its name (in any case). */
export const nameOrId = z.string().min(1).max(80);

/** What a list answers; `next` is what to pass as `after` for the following page, null at the end. */
export const listOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), next: z.string().nullable() });

export const refusal = z.object({ error: wireError });

export const subscription = z.object({
  id: subscriptionId,
  name: label,
  createdAt: isoTime,
  ipv6Range: z.string(),
  policyVersion: z.int(),
  machines: z.int(),
});
export const newSubscription = z.strictObject({ name: label });
export const subscriptionChange = z.strictObject({ name: label }).partial();

export const group = z.object({
  id: groupId,
  name: displayName,
  description: z.string(),
  interconnected: z.boolean(),
  machines: z.int(),
});
export const newGroup = z.strictObject({
  name: displayName,
  description: z.string().max(500).default(''),
  interconnected: z.boolean().default(false),
});
export const groupChange = z
  .strictObject({ name: displayName, description: z.string().max(500), interconnected: z.boolean() })
  .partial();

export const role = z.object({ id: roleId, name: displayName, description: z.string(), instances: z.int() });
export const newRole = z.strictObject({ name: displayName, description: z.string().max(500).default('') });
export const roleChange = z.strictObject({ name: displayName, description: z.string().max(500) }).partial();

export const machine = z.object({
  id: machineId,
  kind: z.enum(['local-endpoint', 'role-instance']),
  name: label,
  ipv4: z.string(),
  ipv6: z.string(),
  group: groupId.nullable(),
  role: roleId.nullable(),
  disabled: z.boolean(),
  os: z.string(),
  agentVersion: z.string(),
  activatedAt: isoTime,
  lastSeenAt: isoTime.nullable(),
  /** Whether its control connection is open now. */
  online: z.boolean(),
  relay: z.enum(['connected', 'disconnected']),
});
/** `group`: id or name of the group to put a local endpoint in; null takes it out of its group. */
export const machineChange = z
  .strictObject({ name: label, group: nameOrId.nullable(), disabled: z.boolean() })
  .partial();
export const machineQuery = z.object({
  /** Machines whose names come after this one, in order. */
  after: z.string().max(63).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  /** Part of the name. */
  search: z.string().max(63).optional(),
  /** Only members of this group (id or name); `none` for computers in no group. */
  group: nameOrId.optional(),
  /** Only instances of this role (id or name). */
  role: nameOrId.optional(),
});

export const token = z.object({
  id: z.string(),
  description: z.string(),
  createdAt: isoTime,
  expiresAt: isoTime.nullable(),
  usesLeft: z.int().nullable(),
  usesTotal: z.int().nullable(),
  revokedAt: isoTime.nullable(),
  group: groupId.nullable(),
  role: roleId.nullable(),
});
export const newToken = z.strictObject({
  description: z.string().max(200).default(''),
  expiresAt: isoTime.nullable().default(null),
  uses: z.int().min(1).max(1_000_000).nullable().default(null),
  /** Machines activated by it join this group (id or name) … */
  group: nameOrId.nullable().default(null),
  /** … or become instances of this role (id or name). Not both. */
  role: nameOrId.nullable().default(null),
});
/** The only answer that ever holds the token's text. */
export const createdToken = token.extend({ token: z.string() });

const sideKind = z.enum(['group', 'role']);
const side = z.object({ kind: sideKind, id: z.union([groupId, roleId]), name: displayName });
export const connection = z.object({ id: z.string(), a: side, b: side, createdAt: isoTime });
/** A group or role by its id or by its name. */
export const newSide = z.union([
  z.object({ kind: sideKind, id: z.union([groupId, roleId]) }),
  z.object({ kind: sideKind, name: displayName }),
]);
/** Making a connection that is there already answers 200 with it. */
export const newConnection = z.strictObject({ a: newSide, b: newSide });

export const reachabilityQuery = z.object({ from: nameOrId, to: nameOrId });
export const reachability = z.object({ allowed: z.boolean(), reason: z.string() });

export const apiKey = z.object({
  id: z.string(),
  description: z.string(),
  createdAt: isoTime,
  lastUsedAt: isoTime.nullable(),
});
export const newApiKey = z.strictObject({ description: z.string().max(200).default('') });
export const createdApiKey = apiKey.extend({ key: z.string() });
/** Exchanges the one-time secret of the first start for an API key. */
export const claim = z.strictObject({ secret: z.string().max(100) });
