/**
 * What the store keeps, in the domain's words. Times are milliseconds of the Unix epoch. Knows nothing
 * of tables, nor of the shapes the REST API shows.
 */
import type { GroupId, MachineId, RoleId, SigningPublicKey, SubscriptionId, TunnelPublicKey } from '#protocol/ids.ts';
import type { Label } from '#protocol/names.ts';

export interface SubscriptionRecord {
  readonly id: SubscriptionId;
  readonly name: Label;
  readonly createdAt: number;
  /** Grows by one with every change of who may reach whom. */
  readonly policyVersion: number;
}

export interface GroupRecord {
  readonly id: GroupId;
  readonly subscription: SubscriptionId;
  readonly name: string;
  readonly description: string;
  readonly interconnected: boolean;
}
export type GroupChange = Partial<Pick<GroupRecord, 'name' | 'description' | 'interconnected'>>;

export interface RoleRecord {
  readonly id: RoleId;
  readonly subscription: SubscriptionId;
  readonly name: string;
  readonly description: string;
}
export type RoleChange = Partial<Pick<RoleRecord, 'name' | 'description'>>;

interface AnyMachineRecord {
  readonly id: MachineId;
  readonly subscription: SubscriptionId;
  readonly name: Label;
  readonly ipv4: string;
  readonly ipv6: string;
  readonly signingKey: SigningPublicKey;
  readonly tunnelKey: TunnelPublicKey;
  readonly disabled: boolean;
  readonly os: string;
  readonly agentVersion: string;
  readonly activatedAt: number;
  readonly lastSeenAt: number | null;
}
export interface LocalEndpointRecord extends AnyMachineRecord {
  readonly kind: 'local-endpoint';
  readonly group: GroupId | null;
}
export interface RoleInstanceRecord extends AnyMachineRecord {
  readonly kind: 'role-instance';
  readonly role: RoleId;
}
export type MachineRecord = LocalEndpointRecord | RoleInstanceRecord;
/** `group` is for local endpoints only. */
export interface MachineChange {
  readonly name?: Label;
  readonly disabled?: boolean;
  readonly group?: GroupId | null;
}

/** When and as what a machine was last seen; written in batches, as losing one loses nothing. */
export interface Sighting {
  readonly machine: MachineId;
  readonly seenAt: number;
  readonly os: string;
  readonly agentVersion: string;
}

/** One side of a connection. */
export type Side = { readonly kind: 'group'; readonly id: GroupId } | { readonly kind: 'role'; readonly id: RoleId };

/** A connection is between a group and another side; role–role can not even be written down. */
export interface ConnectionRecord {
  readonly id: string;
  readonly subscription: SubscriptionId;
  readonly group: GroupId;
  readonly other: Side;
  readonly createdAt: number;
}

export interface TokenRecord {
  readonly id: string;
  readonly subscription: SubscriptionId;
  /** Hex of tokenSecretHash (protocol/proofs.ts); the secret itself is never stored. */
  readonly secretHash: string;
  readonly description: string;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  /** null: any number of uses. */
  readonly usesTotal: number | null;
  readonly usesLeft: number | null;
  readonly revokedAt: number | null;
  readonly group: GroupId | null;
  readonly role: RoleId | null;
}

export interface ApiKeyRecord {
  readonly id: string;
  /** Hex of SHA-256. */
  readonly hash: string;
  readonly description: string;
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
}
