/**
 * Between records and table rows. Rows come from our own tables, so identifiers are branded without a
 * second check.
 */
import type { Insertable, Selectable } from 'kysely';
import type { DnsRouteSetting } from '#protocol/dns-routes.ts';
import type { GroupId, MachineId, RoleId, SigningPublicKey, SubscriptionId, TunnelPublicKey } from '#protocol/ids.ts';
import type { Label } from '#protocol/names.ts';
import type { Rights } from '#protocol/rest/api.ts';
import type {
  ApiKeyRecord,
  AuditRecord,
  ConnectionRecord,
  GroupRecord,
  MachineRecord,
  RoleRecord,
  SubscriptionRecord,
  TokenRecord,
} from './records.ts';
import type { Tables } from './schema.ts';

export const subscriptionRow = (record: SubscriptionRecord): Insertable<Tables['subscriptions']> => ({
  id: record.id,
  name: record.name,
  created_at: record.createdAt,
  policy_version: record.policyVersion,
  version: record.version,
  dns_routes: JSON.stringify(record.dnsRoutes ?? []),
});

export const subscriptionOf = (row: Selectable<Tables['subscriptions']>): SubscriptionRecord => ({
  id: row.id as SubscriptionId,
  name: row.name as Label,
  createdAt: row.created_at,
  policyVersion: row.policy_version,
  version: row.version,
  ...(row.dns_routes !== '[]' && { dnsRoutes: JSON.parse(row.dns_routes) as DnsRouteSetting[] }),
});

export const groupRow = (record: GroupRecord): Insertable<Tables['groups']> => ({
  ...record,
  interconnected: Number(record.interconnected),
});

export const groupOf = (row: Selectable<Tables['groups']>): GroupRecord => ({
  id: row.id as GroupId,
  subscription: row.subscription as SubscriptionId,
  name: row.name,
  description: row.description,
  interconnected: row.interconnected === 1,
  version: row.version,
});

export const roleOf = (row: Selectable<Tables['roles']>): RoleRecord => ({
  id: row.id as RoleId,
  subscription: row.subscription as SubscriptionId,
  name: row.name,
  description: row.description,
  version: row.version,
});

export const machineRow = (record: MachineRecord): Insertable<Tables['machines']> => ({
  id: record.id,
  subscription: record.subscription,
  name: record.name,
  ipv4: record.ipv4,
  ipv6: record.ipv6,
  signing_key: record.signingKey,
  tunnel_key: record.tunnelKey,
  role: record.kind === 'role-instance' ? record.role : null,
  group: record.kind === 'local-endpoint' ? record.group : null,
  disabled: Number(record.disabled),
  os: record.os,
  agent_version: record.agentVersion,
  activated_at: record.activatedAt,
  last_seen_at: record.lastSeenAt,
  version: record.version,
});

export const machineOf = (row: Selectable<Tables['machines']>): MachineRecord => ({
  id: row.id as MachineId,
  subscription: row.subscription as SubscriptionId,
  name: row.name as Label,
  ipv4: row.ipv4,
  ipv6: row.ipv6,
  signingKey: row.signing_key as SigningPublicKey,
  tunnelKey: row.tunnel_key as TunnelPublicKey,
  disabled: row.disabled === 1,
  os: row.os,
  agentVersion: row.agent_version,
  activatedAt: row.activated_at,
  lastSeenAt: row.last_seen_at,
  version: row.version,
  ...(row.role === null
    ? { kind: 'local-endpoint', group: row.group as GroupId | null }
    : { kind: 'role-instance', role: row.role as RoleId }),
});

export const connectionRow = (record: ConnectionRecord): Insertable<Tables['connections']> => ({
  id: record.id,
  subscription: record.subscription,
  group: record.group,
  other_group: record.other.kind === 'group' ? record.other.id : null,
  other_role: record.other.kind === 'role' ? record.other.id : null,
  created_at: record.createdAt,
});

export const connectionOf = (row: Selectable<Tables['connections']>): ConnectionRecord => ({
  id: row.id,
  subscription: row.subscription as SubscriptionId,
  group: row.group as GroupId,
  other:
    row.other_role === null
      ? { kind: 'group', id: row.other_group as GroupId }
      : { kind: 'role', id: row.other_role as RoleId },
  createdAt: row.created_at,
});

export const tokenRow = (record: TokenRecord): Insertable<Tables['tokens']> => ({
  id: record.id,
  subscription: record.subscription,
  secret_hash: record.secretHash,
  description: record.description,
  created_at: record.createdAt,
  expires_at: record.expiresAt,
  uses_total: record.usesTotal,
  uses_left: record.usesLeft,
  revoked_at: record.revokedAt,
  group: record.group,
  role: record.role,
  delegation: null,
});

export const tokenOf = (row: Selectable<Tables['tokens']>): TokenRecord => ({
  id: row.id,
  subscription: row.subscription as SubscriptionId,
  secretHash: row.secret_hash,
  description: row.description,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  usesTotal: row.uses_total,
  usesLeft: row.uses_left,
  revokedAt: row.revoked_at,
  group: row.group as GroupId | null,
  role: row.role as RoleId | null,
});

export const apiKeyRow = (record: ApiKeyRecord): Insertable<Tables['api_keys']> => ({
  id: record.id,
  hash: record.hash,
  description: record.description,
  rights: record.rights,
  subscription: record.subscription,
  created_at: record.createdAt,
  created_by: record.createdBy,
  expires_at: record.expiresAt,
  last_used_at: record.lastUsedAt,
});

export const apiKeyOf = (row: Selectable<Tables['api_keys']>): ApiKeyRecord => ({
  id: row.id,
  hash: row.hash,
  description: row.description,
  rights: row.rights as Rights,
  subscription: row.subscription as SubscriptionId | null,
  createdAt: row.created_at,
  createdBy: row.created_by,
  expiresAt: row.expires_at,
  lastUsedAt: row.last_used_at,
});

/** All but its place in the chain. */
export const auditRow = (record: AuditRecord): Omit<Insertable<Tables['audit']>, 'position' | 'hash'> => ({
  id: record.id,
  at: record.at,
  actor_kind: record.by.kind,
  actor_id: record.by.id,
  actor_name: record.by.name,
  actor_address: record.by.address,
  action: record.action,
  subscription: record.subscription?.id ?? null,
  subscription_name: record.subscription?.name ?? null,
  target_kind: record.target?.kind ?? null,
  target_id: record.target?.id ?? null,
  target_name: record.target?.name ?? null,
  before: record.before && JSON.stringify(record.before),
  after: record.after && JSON.stringify(record.after),
});
