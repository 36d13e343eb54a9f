/**
 * From records to what the REST API shows (protocol/rest.ts).
 */
import type { z } from 'zod';
import { ipv6Range } from '#protocol/addresses.ts';
import type * as rest from '#protocol/rest.ts';
import type { SessionContext } from '../control/session.ts';
import type { SubscriptionDirectory } from '../control/subscription-directory.ts';
import type {
  ApiKeyRecord,
  ConnectionRecord,
  GroupRecord,
  MachineRecord,
  RoleRecord,
  Side,
  TokenRecord,
} from '../store/records.ts';

const iso = (at: number) => new Date(at).toISOString();
const isoOrNull = (at: number | null) => (at === null ? null : iso(at));

export function showSubscription({ record, machines }: SubscriptionDirectory): z.infer<typeof rest.subscription> {
  const { id, name, policyVersion } = record;
  return {
    id,
    name,
    createdAt: iso(record.createdAt),
    ipv6Range: ipv6Range(id),
    policyVersion,
    machines: machines.size,
  };
}

export function showGroup(home: SubscriptionDirectory, group: GroupRecord): z.infer<typeof rest.group> {
  const { id, name, description, interconnected } = group;
  return { id, name, description, interconnected, machines: home.membersOf(id).size };
}

export function showRole(home: SubscriptionDirectory, role: RoleRecord): z.infer<typeof rest.role> {
  const { id, name, description } = role;
  return { id, name, description, instances: home.membersOf(id).size };
}

export function showMachine(context: SessionContext, machine: MachineRecord): z.infer<typeof rest.machine> {
  const { id, kind, name, ipv4, ipv6, disabled, os, agentVersion } = machine;
  const onRelay =
    context.relay.isConnected(machine.subscription, id) || context.presence.reportOf(id)?.relay === 'connected';
  return {
    id,
    kind,
    name,
    ipv4,
    ipv6,
    group: machine.kind === 'local-endpoint' ? machine.group : null,
    role: machine.kind === 'role-instance' ? machine.role : null,
    disabled,
    os,
    agentVersion,
    activatedAt: iso(machine.activatedAt),
    lastSeenAt: isoOrNull(machine.lastSeenAt),
    online: context.presence.isOnline(id),
    relay: onRelay ? 'connected' : 'disconnected',
  };
}

export function showToken(token: TokenRecord): z.infer<typeof rest.token> {
  const { id, description, usesLeft, usesTotal, group, role } = token;
  return {
    id,
    description,
    createdAt: iso(token.createdAt),
    expiresAt: isoOrNull(token.expiresAt),
    usesLeft,
    usesTotal,
    revokedAt: isoOrNull(token.revokedAt),
    group,
    role,
  };
}

export function showConnection(
  home: SubscriptionDirectory,
  connection: ConnectionRecord,
): z.infer<typeof rest.connection> {
  return {
    id: connection.id,
    a: showSide(home, { kind: 'group', id: connection.group }),
    b: showSide(home, connection.other),
    createdAt: iso(connection.createdAt),
  };
}

export function showApiKey(context: SessionContext, key: ApiKeyRecord): z.infer<typeof rest.apiKey> {
  const { id, description } = key;
  const lastUsedAt = context.sightings.keyUse(id) ?? key.lastUsedAt;
  return { id, description, createdAt: iso(key.createdAt), lastUsedAt: isoOrNull(lastUsedAt) };
}

function showSide(home: SubscriptionDirectory, side: Side): z.infer<typeof rest.connection>['a'] {
  const record = side.kind === 'group' ? home.groups.byId.get(side.id) : home.roles.byId.get(side.id);
  return { kind: side.kind, id: side.id, name: record?.name ?? side.id };
}
