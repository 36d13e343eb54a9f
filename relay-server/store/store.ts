/**
 * What the server asks of its database, in the domain's words. One method is one transaction: it is
 * done and on disk when the promise resolves, or the old state is whole. Methods that change who may
 * reach whom also raise the subscription's policy version and answer the new one.
 *
 * Any method may throw CausewayError DISK_FULL, DIRECTORY_READ_ONLY, STATE_CORRUPT or DATABASE_UNREACHABLE.
 * Knows nothing of policy rules: the caller has checked names, kinds and sides.
 */
import type { RoleId, SubscriptionId } from '#protocol/ids.ts';
import type { Label } from '#protocol/names.ts';
import type { AuditStore } from './audit-store.ts';
import type { HistoryStore } from './history-store.ts';
import type { InstallingStore } from './installing-store.ts';
import type { LockContents, LockStore } from './lock-store.ts';
import type { PolicyOperation } from './operations.ts';
import type { PeopleStore } from './people-store.ts';
import type {
  ApiKeyRecord,
  AuditRecord,
  ConnectionRecord,
  GroupRecord,
  HistoryRecord,
  InstanceCountRecord,
  MachineRecord,
  RoleRecord,
  Sighting,
  SubscriptionRecord,
  TokenRecord,
  TokenUseRecord,
} from './records.ts';
import type { SessionStore } from './session-store.ts';

/** Everything that policy and the directory are made of, read once at the start. */
export interface DirectoryContents {
  readonly subscriptions: readonly SubscriptionRecord[];
  readonly groups: readonly GroupRecord[];
  readonly roles: readonly RoleRecord[];
  readonly machines: readonly MachineRecord[];
  readonly connections: readonly ConnectionRecord[];
  readonly locks: LockContents;
}

/** What is written down with a new machine. */
export interface ToldOfArrival {
  readonly use: TokenUseRecord;
  readonly history: HistoryRecord;
  readonly audit: AuditRecord;
}

export interface DirectoryStore {
  readDirectory(): Promise<DirectoryContents>;

  createSubscription(subscription: SubscriptionRecord, audits?: readonly AuditRecord[]): Promise<void>;
  renameSubscription(id: SubscriptionId, name: Label, audits?: readonly AuditRecord[]): Promise<number>;
  /** With all that is in it. */
  removeSubscription(id: SubscriptionId, audits?: readonly AuditRecord[]): Promise<void>;

  /** All of it or nothing, as one step of the subscription's policy version, together with what the audit says. */
  applyChanges(
    subscription: SubscriptionId,
    operations: readonly PolicyOperation[],
    audits: readonly AuditRecord[],
  ): Promise<number>;
  /** Oldest first. */
  instanceCounts(role: RoleId): Promise<readonly InstanceCountRecord[]>;

  /**
   * Adds a machine, uses up one use of the token by which it came, and writes that down.
   * @throws CausewayError TOKEN_EXHAUSTED when no use is left; the machine is not added then.
   */
  addMachine(machine: MachineRecord, token: TokenRecord, told: ToldOfArrival): Promise<number>;
  recordSightings(sightings: readonly Sighting[]): Promise<void>;
}

export interface AccessStore {
  createApiKey(key: ApiKeyRecord, entry: AuditRecord): Promise<void>;
  findApiKey(id: string): Promise<ApiKeyRecord | undefined>;
  listApiKeys(): Promise<readonly ApiKeyRecord[]>;
  /** @returns whether there was such a key. */
  removeApiKey(id: string, entry: AuditRecord): Promise<boolean>;
  recordKeyUses(uses: ReadonlyMap<string, number>): Promise<void>;

  /** Replaces the one-time secret, if there is one. */
  setFirstSecret(hash: string, createdAt: number): Promise<void>;
  findFirstSecret(): Promise<string | undefined>;
  /** Takes the one-time secret away and stores the key, together. @returns false when it was gone already. */
  claimFirstSecret(hash: string, key: ApiKeyRecord, entry: AuditRecord): Promise<boolean>;
}

export interface Store extends DirectoryStore, AccessStore {
  readonly people: PeopleStore;
  readonly sessions: SessionStore;
  readonly audit: AuditStore;
  readonly installing: InstallingStore;
  readonly history: HistoryStore;
  readonly lock: LockStore;
  /** Resolves when the database answers a query. */
  probe(): Promise<void>;
  close(): Promise<void>;
}
