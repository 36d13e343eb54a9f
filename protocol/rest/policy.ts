/**
 * REST: subscriptions and their network policy.
 *
 *     GET    POST          /subscriptions                  GET PATCH DELETE /subscriptions/:subscription
 *     GET    POST          /subscriptions/:subscription/groups         GET PATCH DELETE …/groups/:group
 *     GET    POST          /subscriptions/:subscription/roles          GET PATCH DELETE …/roles/:role
 *     GET    POST          /subscriptions/:subscription/connections    DELETE …/connections/:connection
 *     GET                  /subscriptions/:subscription/reachability?from=&to=
 *
 * Making, renaming and removing a subscription needs `owner`.
 */
import { z } from 'zod';
import { groupId, roleId, subscriptionId } from '../ids.ts';
import { label } from '../names.ts';
import { description, displayName, isoTime, nameOrId, version } from './api.ts';
import { policyChange } from './changes.ts';
import { sideKind } from './sides.ts';

export const subscription = z.object({
  id: subscriptionId,
  name: label,
  createdAt: isoTime,
  ipv6Range: z.string(),
  policyVersion: z.int(),
  machines: z.int(),
  /** Machines whose control connection is open now. */
  online: z.int(),
  version,
});
export const newSubscription = z.strictObject({ name: label });
export const subscriptionChange = z.strictObject({ name: label }).partial();

export const group = z.object({
  id: groupId,
  name: displayName,
  description: z.string(),
  interconnected: z.boolean(),
  machines: z.int(),
  online: z.int(),
  version,
});
export const newGroup = z.strictObject({
  name: displayName,
  description: description.default(''),
  interconnected: z.boolean().default(false),
});
export const groupChange = z.strictObject({ name: displayName, description, interconnected: z.boolean() }).partial();

export const role = z.object({
  id: roleId,
  name: displayName,
  description: z.string(),
  instances: z.int(),
  online: z.int(),
  version,
});
export const newRole = z.strictObject({ name: displayName, description: description.default('') });
export const roleChange = z.strictObject({ name: displayName, description }).partial();
/** How many instances a role had over time: a point whenever the number changed, oldest first. */
export const instanceCounts = z.object({ points: z.array(z.object({ at: isoTime, instances: z.int() })) });

const side = z.object({ kind: sideKind, id: z.union([groupId, roleId]), name: displayName });
export const connection = z.object({ id: z.string(), a: side, b: side, createdAt: isoTime });

export const reachabilityQuery = z.object({ from: nameOrId, to: nameOrId });
export const reachability = z.object({
  allowed: z.boolean(),
  /** A sentence for people. */
  reason: z.string(),
  /** If denied and something would help: changes that would allow it, and a sentence that says so. */
  remedy: z.object({ sentence: z.string(), changes: z.array(policyChange) }).nullable(),
});
