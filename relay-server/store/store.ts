/**
 * What the server asks of its database, in the domain's words. One method is one transaction: it is
 * done and on disk when the promise resolves, or the old state is whole. Methods that change who may
 * reach whom also raise the subscription's policy version and answer the new one.
 *
 * Any method may throw CausewayError DISK_FULL, DIRECTORY_READ_ONLY, STATE_CORRUPT or DATABASE_UNREACHABLE.
 * Knows nothing of policy rules: the caller has checked names, kinds and sides.
 */
import type { GroupId, MachineId, RoleId, SubscriptionId } from '#protocol/ids.ts';
import type { Label } from '#protocol/names.ts';
import type { HistoryStore } from './history-store.ts';
import type { InstallingStore } from './installing-store.ts';
import type {
  ApiKeyRecord,
  AuditRecord,
  ConnectionRecord,
  GroupChange,
  GroupRecord,
  HistoryRecord,
  MachineChange,
  MachineRecord,
  RoleChange,
  RoleRecord,
  Sighting,
  SubscriptionRecord,
  TokenRecord,
  TokenUseRecord,
} from './records.ts';

/** Everything that policy and the directory are made of, read once at the start. */
export interface DirectoryContents {
  readonly subscriptions: readonly SubscriptionRecord[];
  readonly groups: readonly GroupRecord[];
  readonly roles: readonly RoleRecord[];
  readonly machines: readonly MachineRecord[];
  readonly connections: readonly ConnectionRecord[];
}

/** What is written down with a new machine. */
export interface ToldOfArrival {
  readonly use: TokenUseRecord;
  readonly history: HistoryRecord;
  readonly audit: AuditRecord;
}

export interface DirectoryStore {
  readDirectory(): Promise<DirectoryContents>;

  createSubscription(subscription: SubscriptionRecord): Promise<void>;
  renameSubscription(id: SubscriptionId, name: Label): Promise<number>;
  /** With all that is in it. */
  removeSubscription(id: SubscriptionId): Promise<void>;

  createGroup(group: GroupRecord): Promise<number>;
  changeGroup(subscription: SubscriptionId, id: GroupId, change: GroupChange): Promise<number>;
  /** Its members become unassigned, its connections go. */
  removeGroup(subscription: SubscriptionId, id: GroupId): Promise<number>;

  createRole(role: RoleRecord): Promise<number>;
  changeRole(subscription: SubscriptionId, id: RoleId, change: RoleChange): Promise<number>;
  /** Its instances, tokens and connections go. */
  removeRole(subscription: SubscriptionId, id: RoleId): Promise<number>;

  /**
   * Adds a machine, uses up one use of the token by which it came, and writes that down.
   * @throws CausewayError TOKEN_EXHAUSTED when no use is left; the machine is not added then.
   */
  addMachine(machine: MachineRecord, token: TokenRecord, told: ToldOfArrival): Promise<number>;
  changeMachine(subscription: SubscriptionId, id: MachineId, change: MachineChange): Promise<number>;
  removeMachine(subscription: SubscriptionId, id: MachineId): Promise<number>;
  recordSightings(sightings: readonly Sighting[]): Promise<void>;

  connect(connection: ConnectionRecord): Promise<number>;
  disconnect(subscription: SubscriptionId, id: string): Promise<number>;
}

export interface AccessStore {
  createApiKey(key: ApiKeyRecord): Promise<void>;
  findApiKey(id: string): Promise<ApiKeyRecord | undefined>;
  listApiKeys(): Promise<readonly ApiKeyRecord[]>;
  /** @returns whether there was such a key. */
  removeApiKey(id: string): Promise<boolean>;
  recordKeyUses(uses: ReadonlyMap<string, number>): Promise<void>;

  /** Replaces the one-time secret, if there is one. */
  setFirstSecret(hash: string, createdAt: number): Promise<void>;
  findFirstSecret(): Promise<string | undefined>;
  /** Takes the one-time secret away and stores the key, together. @returns false when it was gone already. */
  claimFirstSecret(hash: string, key: ApiKeyRecord): Promise<boolean>;
}

export interface Store extends DirectoryStore, AccessStore {
  readonly installing: InstallingStore;
  readonly history: HistoryStore;
  /** Resolves when the database answers a query. */
  probe(): Promise<void>;
  close(): Promise<void>;
}
