/**
 * What the store keeps, in the domain's words. Times are milliseconds of the Unix epoch. Knows nothing
 * of tables, nor of the shapes the REST API shows.
 */
import type { DnsRouteSetting } from '#protocol/dns-routes.ts';
import type { GroupId, MachineId, RoleId, SigningPublicKey, SubscriptionId, TunnelPublicKey } from '#protocol/ids.ts';
import type { Label } from '#protocol/names.ts';
import type { Rights } from '#protocol/rest/api.ts';

export interface SubscriptionRecord {
  readonly id: SubscriptionId;
  readonly name: Label;
  readonly createdAt: number;
  /** Grows by one with every change of who may reach whom. */
  readonly policyVersion: number;
  /** Grows by one with every change of the record by an administrator; so do those below. */
  readonly version: number;
  /** On-premises DNS suffixes; none if not given. */
  readonly dnsRoutes?: readonly DnsRouteSetting[];
}

export interface GroupRecord {
  readonly id: GroupId;
  readonly subscription: SubscriptionId;
  readonly name: string;
  readonly description: string;
  readonly interconnected: boolean;
  readonly version: number;
}
export type GroupChange = Partial<Pick<GroupRecord, 'name' | 'description' | 'interconnected'>>;

export interface RoleRecord {
  readonly id: RoleId;
  readonly subscription: SubscriptionId;
  readonly name: string;
  readonly description: string;
  readonly version: number;
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
  readonly version: number;
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

/** A token that has a page: whoever knows the link can install an agent that activates by the token. */
export interface InstallLinkRecord {
  readonly id: string;
  readonly subscription: SubscriptionId;
  readonly token: string;
  readonly description: string;
  readonly enabled: boolean;
  readonly createdAt: number;
  readonly expiresAt: number | null;
}

/** A machine that was activated by a token. */
export interface TokenUseRecord {
  readonly token: string;
  readonly machine: MachineId;
  /** As it was then. */
  readonly name: string;
  readonly at: number;
  readonly address: string;
}

export interface ApiKeyRecord {
  readonly id: string;
  /** Hex of SHA-256. */
  readonly hash: string;
  readonly description: string;
  readonly rights: Rights;
  /** The only one it is for; null for all. */
  readonly subscription: SubscriptionId | null;
  readonly createdAt: number;
  /** Name of who made it, for people. */
  readonly createdBy: string;
  readonly expiresAt: number | null;
  readonly lastUsedAt: number | null;
}

/** Somebody who may sign in at the portal. */
export interface PersonRecord {
  readonly id: string;
  /** What they sign in by, lower case, unique. */
  readonly name: string;
  readonly displayName: string;
  readonly rights: Rights;
  /** In the form of passwords.ts; null for those who sign in at the identity provider only. */
  readonly passwordHash: string | null;
  /** Base64url of the TOTP secret (RFC 6238); null without a second factor. */
  readonly totpSecret: string | null;
  /** The time step of the last code that was taken: each is taken once (RFC 6238 §5.2). */
  readonly totpLastStep: number;
  /** `sub` and issuer of the identity provider, once they have signed in there. */
  readonly oidcSubject: string | null;
  readonly disabled: boolean;
  readonly createdAt: number;
  readonly lastSignInAt: number | null;
  readonly version: number;
}

export interface SessionRecord {
  /** Hex of the SHA-256 of what is in the cookie. */
  readonly id: string;
  readonly person: string;
  readonly createdAt: number;
  readonly lastUsedAt: number;
  readonly expiresAt: number;
  readonly address: string;
  readonly browser: string;
}

/** Who did something, for the audit. */
export interface Actor {
  readonly kind: 'person' | 'api-key' | 'machine' | 'server' | 'nobody';
  readonly id: string;
  readonly name: string;
  /** IP address it came from; empty for the server itself. */
  readonly address: string;
}

/** One change or sign-in. Written in the transaction of the change itself: neither is there without the other. */
export interface AuditRecord {
  /** Sorts in the order in which things happened. */
  readonly id: string;
  readonly at: number;
  readonly by: Actor;
  /** `group.create`, `session.refuse`, … */
  readonly action: string;
  readonly subscription: { readonly id: string; readonly name: string } | null;
  readonly target: { readonly kind: string; readonly id: string; readonly name: string } | null;
  /** Plain values, never a secret. */
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
}

/** Something that became of a machine. */
export interface HistoryRecord {
  readonly machine: MachineId;
  readonly at: number;
  readonly what: 'activated' | 'came' | 'went' | 'changed' | 'disabled' | 'enabled' | 'moved' | 'renamed';
  readonly sentence: string;
}

/** How many instances a role had from `at` on. */
export interface InstanceCountRecord {
  readonly role: RoleId;
  readonly at: number;
  readonly instances: number;
}
