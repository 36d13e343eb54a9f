/**
 * One subscription in memory: its policy as protocol/policy.ts evaluates it, and the indexes for names,
 * addresses, keys and members. Nothing of another subscription is ever in it.
 */
import { CausewayError } from '#protocol/errors.ts';
import type { GroupId, MachineId, RoleId, SigningPublicKey, SubscriptionId } from '#protocol/ids.ts';
import { type ConnectionKey, connectionKey, type Policy } from '#protocol/policy.ts';
import type {
  ConnectionRecord,
  GroupRecord,
  MachineRecord,
  RoleRecord,
  Side,
  SubscriptionRecord,
} from '../store/records.ts';
import { NameOrder } from './name-order.ts';
import { NamedRecords } from './named-records.ts';
import { SubscriptionLock } from './subscription-lock.ts';

type SideId = GroupId | RoleId;

export class SubscriptionDirectory {
  record: SubscriptionRecord;
  readonly groups = new NamedRecords<GroupId, GroupRecord>('group');
  readonly roles = new NamedRecords<RoleId, RoleRecord>('role');
  /** All machines, also disabled and unassigned ones. */
  readonly machines = new NameOrder<MachineRecord>();
  readonly policy: Policy;
  readonly lock = new SubscriptionLock();
  /** Grows with whatever changes what a list of machines shows, except when they were last seen: that is `sightings`. */
  revision = 0;
  sightings = 0;
  readonly #records = new Map<MachineId, MachineRecord>();
  readonly #byName = new Map<string, MachineRecord>();
  readonly #byAddress = new Map<string, MachineRecord>();
  readonly #byKey = new Map<SigningPublicKey, MachineRecord>();
  readonly #members = new Map<SideId, NameOrder<MachineRecord>>();
  readonly #connections = new Map<ConnectionKey, ConnectionRecord>();
  readonly #neighbours = new Map<SideId, Set<SideId>>();

  constructor(record: SubscriptionRecord) {
    this.record = record;
    this.policy = {
      machines: this.#records,
      groups: this.groups.byId,
      roles: this.roles.byId,
      connections: new Set(),
    };
  }

  get id(): SubscriptionId {
    return this.record.id;
  }

  machine(id: MachineId): MachineRecord | undefined {
    return this.#records.get(id);
  }

  machineByName(name: string): MachineRecord | undefined {
    return this.#byName.get(name);
  }

  /** @param address IPv4, or IPv6 in the form of RFC 5952. */
  machineByAddress(address: string): MachineRecord | undefined {
    return this.#byAddress.get(address);
  }

  machineByKey(key: SigningPublicKey): MachineRecord | undefined {
    return this.#byKey.get(key);
  }

  /** @throws CausewayError NOT_FOUND */
  findMachine(nameOrId: string): MachineRecord {
    const found = this.#records.get(nameOrId as MachineId) ?? this.#byName.get(nameOrId.toLowerCase());
    if (found === undefined) throw new CausewayError('NOT_FOUND', { kind: 'machine', id: nameOrId });
    return found;
  }

  /** Members of a group or instances of a role, by name, disabled ones too. */
  membersOf(side: SideId): NameOrder<MachineRecord> {
    return this.#members.get(side) ?? new NameOrder();
  }

  /** What a machine is in, for people; undefined while unassigned. */
  sideOf(machine: MachineRecord): (Side & { readonly name: string }) | undefined {
    if (machine.kind === 'role-instance') {
      return { kind: 'role', id: machine.role, name: this.roles.byId.get(machine.role)?.name ?? '' };
    }
    if (machine.group === null) return undefined;
    return { kind: 'group', id: machine.group, name: this.groups.byId.get(machine.group)?.name ?? '' };
  }

  /** Groups and roles whose members policy lets members of `side` reach. */
  reachableSides(side: { readonly id: SideId }): Set<SideId> {
    const sides = new Set(this.#neighbours.get(side.id));
    // No role is in it: its instances never reach each other.
    if (this.groups.byId.get(side.id as GroupId)?.interconnected) sides.add(side.id);
    return sides;
  }

  connections(): Iterable<ConnectionRecord> {
    return this.#connections.values();
  }

  connectionBetween(a: SideId, b: SideId): ConnectionRecord | undefined {
    return this.#connections.get(connectionKey(a, b));
  }

  putGroup(group: GroupRecord): void {
    this.revision++;
    this.groups.put(group);
  }

  /** Its members become unassigned. */
  deleteGroup(group: GroupRecord): void {
    for (const machine of [...this.membersOf(group.id).after(undefined)]) {
      if (machine.kind === 'local-endpoint') this.putMachine({ ...machine, group: null });
    }
    this.#deleteSide(group.id);
    this.groups.delete(group);
  }

  putRole(role: RoleRecord): void {
    this.revision++;
    this.roles.put(role);
  }

  /** Its instances must be gone. */
  deleteRole(role: RoleRecord): void {
    this.#deleteSide(role.id);
    this.roles.delete(role);
  }

  /** Called through Directory, which knows which machine is of which subscription. */
  putMachine(machine: MachineRecord): void {
    const before = this.#records.get(machine.id);
    if (before === undefined || !looksAlike(before, machine)) this.revision++;
    else this.sightings++;
    if (before !== undefined && !sameKeys(before, machine)) this.deleteMachine(before);
    else if (before !== undefined) this.#leaveSide(before, this.sideOf(machine)?.id);
    this.#records.set(machine.id, machine);
    this.#byName.set(machine.name, machine);
    this.#byKey.set(machine.signingKey, machine);
    for (const address of [machine.ipv4, machine.ipv6]) this.#byAddress.set(address, machine);
    this.machines.put(machine);
    const side = this.sideOf(machine);
    if (side === undefined) return;
    let members = this.#members.get(side.id);
    if (members === undefined) {
      members = new NameOrder();
      this.#members.set(side.id, members);
    }
    members.put(machine);
  }

  deleteMachine(machine: MachineRecord): void {
    this.revision++;
    this.#records.delete(machine.id);
    this.#byName.delete(machine.name);
    this.#byKey.delete(machine.signingKey);
    for (const address of [machine.ipv4, machine.ipv6]) this.#byAddress.delete(address);
    this.machines.remove(machine.name);
    this.#leaveSide(machine, undefined);
  }

  putConnection(connection: ConnectionRecord): void {
    const { group, other } = connection;
    const key = connectionKey(group, other.id);
    this.#connections.set(key, connection);
    (this.policy.connections as Set<ConnectionKey>).add(key);
    this.#neighboursOf(group).add(other.id);
    this.#neighboursOf(other.id).add(group);
  }

  deleteConnection(connection: ConnectionRecord): void {
    const { group, other } = connection;
    const key = connectionKey(group, other.id);
    this.#connections.delete(key);
    (this.policy.connections as Set<ConnectionKey>).delete(key);
    this.#neighbours.get(group)?.delete(other.id);
    this.#neighbours.get(other.id)?.delete(group);
  }

  #leaveSide(machine: MachineRecord, next: SideId | undefined): void {
    const side = this.sideOf(machine)?.id;
    if (side !== undefined && side !== next) this.#members.get(side)?.remove(machine.name);
  }

  #neighboursOf(side: SideId): Set<SideId> {
    let neighbours = this.#neighbours.get(side);
    if (neighbours === undefined) {
      neighbours = new Set();
      this.#neighbours.set(side, neighbours);
    }
    return neighbours;
  }

  #deleteSide(side: SideId): void {
    for (const other of [...(this.#neighbours.get(side) ?? [])]) {
      const connection = this.connectionBetween(side, other);
      if (connection !== undefined) this.deleteConnection(connection);
    }
    this.#neighbours.delete(side);
    this.#members.delete(side);
  }
}

/** Found by the same keys, so that it can take the other's place in every order. */
function sameKeys(a: MachineRecord, b: MachineRecord): boolean {
  return a.name === b.name && a.signingKey === b.signingKey && a.ipv4 === b.ipv4 && a.ipv6 === b.ipv6;
}

/** But for when they were last seen. */
function looksAlike(a: MachineRecord, b: MachineRecord): boolean {
  const sides = a.kind === 'local-endpoint' && b.kind === 'local-endpoint' && a.group !== b.group;
  return sameKeys(a, b) && !sides && a.disabled === b.disabled && a.os === b.os && a.agentVersion === b.agentVersion;
}
