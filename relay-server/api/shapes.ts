/**
 * From records to what the REST API shows (protocol/rest.ts).
 */
import type { z } from 'zod';
import { ipv6Range } from '#protocol/addresses.ts';
import type * as accessRest from '#protocol/rest/access.ts';
import type * as installingRest from '#protocol/rest/installing.ts';
import type * as machinesRest from '#protocol/rest/machines.ts';
import type * as policyRest from '#protocol/rest/policy.ts';
import type { NameOrder } from '../control/name-order.ts';
import type { SessionContext } from '../control/session.ts';
import type { SubscriptionDirectory } from '../control/subscription-directory.ts';
import type {
  ApiKeyRecord,
  ConnectionRecord,
  GroupRecord,
  InstallLinkRecord,
  MachineRecord,
  RoleRecord,
  Side,
  TokenRecord,
  TokenUseRecord,
} from '../store/records.ts';

const iso = (at: number) => new Date(at).toISOString();
const isoOrNull = (at: number | null) => (at === null ? null : iso(at));

export function showSubscription(
  context: SessionContext,
  home: SubscriptionDirectory,
): z.infer<typeof policyRest.subscription> {
  const { record, machines } = home;
  const { id, name, policyVersion, version } = record;
  return {
    id,
    name,
    createdAt: iso(record.createdAt),
    ipv6Range: ipv6Range(id),
    policyVersion,
    machines: machines.size,
    online: online(context, machines),
    version,
  };
}

export function showGroup(
  context: SessionContext,
  home: SubscriptionDirectory,
  group: GroupRecord,
): z.infer<typeof policyRest.group> {
  const { id, name, description, interconnected, version } = group;
  const members = home.membersOf(id);
  return { id, name, description, interconnected, machines: members.size, online: online(context, members), version };
}

export function showRole(
  context: SessionContext,
  home: SubscriptionDirectory,
  role: RoleRecord,
): z.infer<typeof policyRest.role> {
  const { id, name, description, version } = role;
  const instances = home.membersOf(id);
  return { id, name, description, instances: instances.size, online: online(context, instances), version };
}

export function showMachine(context: SessionContext, machine: MachineRecord): z.infer<typeof machinesRest.machine> {
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
    memberOf: context.directory.homeOf(id)?.sideOf(machine)?.name ?? null,
    disabled,
    os,
    agentVersion,
    activatedAt: iso(machine.activatedAt),
    lastSeenAt: isoOrNull(machine.lastSeenAt),
    online: context.presence.isOnline(id),
    relay: onRelay ? 'connected' : 'disconnected',
    version: machine.version,
  };
}

/** What is known of tokens beside their records. */
export interface TokenFacts {
  /** Uses by token. */
  readonly uses: ReadonlyMap<string, number>;
  /** Install links by token. */
  readonly links: ReadonlyMap<string, InstallLinkRecord>;
}

export function showToken(token: TokenRecord, { uses, links }: TokenFacts): z.infer<typeof installingRest.token> {
  const { id, description, usesLeft, usesTotal, group, role } = token;
  return {
    id,
    description,
    createdAt: iso(token.createdAt),
    expiresAt: isoOrNull(token.expiresAt),
    usesLeft,
    usesTotal,
    // Uses are written down one by one since the second form of the database only.
    used: Math.max(uses.get(id) ?? 0, (usesTotal ?? 0) - (usesLeft ?? 0)),
    revokedAt: isoOrNull(token.revokedAt),
    group,
    role,
    installLink: links.get(id)?.id ?? null,
  };
}

export function showTokenUse({ machine, name, at, address }: TokenUseRecord): z.infer<typeof installingRest.tokenUse> {
  return { machine, name, at: iso(at), address };
}

export function showInstallLink(
  link: InstallLinkRecord,
  token: TokenRecord,
  uses: ReadonlyMap<string, number>,
): z.infer<typeof installingRest.installLink> {
  const { id, description, enabled } = link;
  return {
    id,
    description,
    createdAt: iso(link.createdAt),
    enabled,
    expiresAt: isoOrNull(link.expiresAt),
    token: showToken(token, { uses, links: new Map([[token.id, link]]) }),
  };
}

export function showConnection(
  home: SubscriptionDirectory,
  connection: ConnectionRecord,
): z.infer<typeof policyRest.connection> {
  return {
    id: connection.id,
    a: showSide(home, { kind: 'group', id: connection.group }),
    b: showSide(home, connection.other),
    createdAt: iso(connection.createdAt),
  };
}

export function showApiKey(context: SessionContext, key: ApiKeyRecord): z.infer<typeof accessRest.apiKey> {
  const { id, description, rights, subscription, createdBy } = key;
  const lastUsedAt = context.sightings.keyUse(id) ?? key.lastUsedAt;
  return {
    id,
    description,
    rights,
    subscription,
    createdAt: iso(key.createdAt),
    createdBy,
    expiresAt: isoOrNull(key.expiresAt),
    lastUsedAt: isoOrNull(lastUsedAt),
  };
}

function showSide(home: SubscriptionDirectory, side: Side): z.infer<typeof policyRest.connection>['a'] {
  const record = side.kind === 'group' ? home.groups.byId.get(side.id) : home.roles.byId.get(side.id);
  return { kind: side.kind, id: side.id, name: record?.name ?? side.id };
}

function online(context: SessionContext, machines: NameOrder<MachineRecord>): number {
  let count = 0;
  for (const { id } of machines.after(undefined)) if (context.presence.isOnline(id)) count++;
  return count;
}
