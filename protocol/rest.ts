/**
 * Shapes of the REST API under /api/v1, shared by the server, the portal and the OpenAPI description.
 * Ids in paths may be given as id or as name where a `NameOrId` is asked for.
 */
import { z } from 'zod';
import { groupId, machineId, roleId, subscriptionId } from './ids.ts';
import { label } from './names.ts';

const isoTime = z.iso.datetime();
/** A name for people: 1 to 80 characters, no control characters. */
export const displayName = z
  .string()
  .min(1)
  .max(80)
  .regex(/^\P{Cc}+$/u);

export const subscription = z.object({
  id: subscriptionId,
  name: label,
  createdAt: isoTime,
  ipv6Range: z.string(),
  policyVersion: z.int(),
});
export const newSubscription = z.object({ name: label });

export const group = z.object({
  id: groupId,
  name: displayName,
  description: z.string(),
  interconnected: z.boolean(),
  machines: z.int(),
});
export const newGroup = z.object({
  name: displayName,
  description: z.string().max(500).default(''),
  interconnected: z.boolean().default(false),
});
export const groupChange = z
  .object({ name: displayName, description: z.string().max(500), interconnected: z.boolean() })
  .partial();

export const role = z.object({ id: roleId, name: displayName, description: z.string(), instances: z.int() });
export const newRole = z.object({ name: displayName, description: z.string().max(500).default('') });
export const roleChange = z.object({ name: displayName, description: z.string().max(500) }).partial();

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
export const machineChange = z.object({ name: label, group: groupId.nullable(), disabled: z.boolean() }).partial();

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
export const newToken = z.object({
  description: z.string().max(200).default(''),
  expiresAt: isoTime.nullable().default(null),
  uses: z.int().min(1).max(1_000_000).nullable().default(null),
  /** Machines activated by it join this group … */
  group: groupId.nullable().default(null),
  /** … or become instances of this role. Not both. */
  role: roleId.nullable().default(null),
});
/** The only answer that ever holds the token's text. */
export const createdToken = token.extend({ token: z.string() });

const side = z.object({ kind: z.enum(['group', 'role']), id: z.union([groupId, roleId]) });
export const connection = z.object({ id: z.string(), a: side, b: side, createdAt: isoTime });
export const newConnection = z.object({ a: side, b: side });

export const reachability = z.object({ allowed: z.boolean(), reason: z.string() });

export const apiKey = z.object({
  id: z.string(),
  description: z.string(),
  createdAt: isoTime,
  lastUsedAt: isoTime.nullable(),
});
export const newApiKey = z.object({ description: z.string().max(200).default('') });
export const createdApiKey = apiKey.extend({ key: z.string() });
/** Exchanges the one-time secret of the first start for an API key. */
export const claim = z.object({ secret: z.string().max(100) });
