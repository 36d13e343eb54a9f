/** For tests of the store: records that are valid, and no two alike. */
import type { GroupId, MachineId, RoleId, SigningPublicKey, SubscriptionId, TunnelPublicKey } from '#protocol/ids.ts';
import { parseLabel } from '#protocol/names.ts';
import { newId, systemRandom } from '../random.ts';
import type {
  AuditRecord,
  GroupRecord,
  MachineRecord,
  RoleRecord,
  SubscriptionRecord,
  TokenRecord,
} from './records.ts';

export const id = <Id extends string>() => newId<Id>(systemRandom);
const text43 = () =>
  systemRandom(33)
    .reduce((text, byte) => text + (byte % 36).toString(36), '')
    .padEnd(43, 'A');

export function newSubscription(): SubscriptionRecord {
  const own = id<SubscriptionId>();
  return {
    id: own,
    name: parseLabel(`s${own.slice(0, 8)}`),
    createdAt: 1_700_000_000_000,
    policyVersion: 1,
    version: 1,
  };
}
export const newGroup = (subscription: SubscriptionId): GroupRecord => ({
  id: id<GroupId>(),
  subscription,
  name: `Büro "${id().slice(0, 6)}"`,
  description: "it's",
  interconnected: true,
  version: 1,
});
export const newRole = (subscription: SubscriptionId): RoleRecord => ({
  id: id<RoleId>(),
  subscription,
  name: id().slice(0, 6),
  description: '',
  version: 1,
});
export function newMachine(
  subscription: SubscriptionId,
  side: { kind: 'local-endpoint'; group: GroupId | null } | { kind: 'role-instance'; role: RoleId },
): MachineRecord {
  const own = id<MachineId>();
  return {
    id: own,
    subscription,
    name: parseLabel(`m${own.slice(0, 8)}`),
    ipv4: `100.64.${Number.parseInt(own.slice(0, 2), 16)}.${Number.parseInt(own.slice(2, 4), 16)}`,
    ipv6: `fd00::${own.slice(0, 4)}`,
    signingKey: text43() as SigningPublicKey,
    tunnelKey: text43() as TunnelPublicKey,
    disabled: false,
    os: 'Linux',
    agentVersion: '1',
    activatedAt: 1_700_000_000_001,
    lastSeenAt: null,
    version: 1,
    ...side,
  };
}
export const newToken = (subscription: SubscriptionId, bound: Partial<TokenRecord> = {}): TokenRecord => ({
  id: id(),
  subscription,
  secretHash: id() + id(),
  description: 'for tests',
  createdAt: 1_700_000_000_002,
  expiresAt: null,
  usesTotal: null,
  usesLeft: null,
  revokedAt: null,
  group: null,
  role: null,
  ...bound,
});

export const newAudit = (): AuditRecord => ({
  id: id(),
  at: 1_700_000_000_004,
  by: { kind: 'server', id: '', name: '', address: '' },
  action: 'test',
  subscription: null,
  target: null,
  before: null,
  after: null,
});
