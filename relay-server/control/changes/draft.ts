/**
 * A subscription's policy as it would be after some changes, over the directory as it is. Each change
 * of a batch sees those before it. Decides nothing, and never touches the directory.
 */
import type { DnsRouteSetting } from '#protocol/dns-routes.ts';
import type { GroupId, MachineId, RoleId } from '#protocol/ids.ts';
import { type ConnectionKey, connectionKey } from '#protocol/policy.ts';
import type { ConnectionRecord, GroupRecord, MachineRecord, RoleRecord, Side } from '../../store/records.ts';
import type { SubscriptionDirectory } from '../subscription-directory.ts';
import { Overlay } from './overlay.ts';

export type SideId = GroupId | RoleId;

export class Draft {
  readonly home: SubscriptionDirectory;
  readonly groups: Overlay<GroupId, GroupRecord>;
  readonly roles: Overlay<RoleId, RoleRecord>;
  readonly machines: Overlay<MachineId, MachineRecord>;
  dnsRoutes: readonly DnsRouteSetting[];
  /** Changed machines by the side that they are in now. */
  readonly #joined = new Map<SideId, Map<MachineId, MachineRecord>>();
  readonly #connections = new Map<ConnectionKey, ConnectionRecord | undefined>();
  /** Sides that were connected in the draft, whether they still are or not. */
  readonly #met = new Map<SideId, Set<SideId>>();

  constructor(home: SubscriptionDirectory) {
    this.home = home;
    this.dnsRoutes = home.record.dnsRoutes ?? [];
    const { groups, roles } = home;
    this.groups = new Overlay('group', { get: (id) => groups.byId.get(id), named: (name) => groups.named(name) });
    this.roles = new Overlay('role', { get: (id) => roles.byId.get(id), named: (name) => roles.named(name) });
    this.machines = new Overlay('machine', {
      get: (id) => home.machine(id),
      named: (name) => home.machineByName(name),
    });
  }

  putMachine(machine: MachineRecord): void {
    this.#leave(machine.id);
    this.machines.put(machine);
    const side = sideIdOf(machine);
    if (side !== null) mapIn(this.#joined, side).set(machine.id, machine);
  }

  deleteMachine(machine: MachineRecord): void {
    this.#leave(machine.id);
    this.machines.delete(machine);
  }

  /** Members of a group or instances of a role, disabled ones too; in no order. */
  membersOf(side: SideId): MachineRecord[] {
    const members = [...(this.#joined.get(side)?.values() ?? [])];
    for (const machine of this.home.membersOf(side).after(undefined)) {
      if (!this.machines.isChanged(machine.id)) members.push(machine);
    }
    return members;
  }

  connectionBetween(a: SideId, b: SideId): ConnectionRecord | undefined {
    const key = connectionKey(a, b);
    return this.#connections.has(key) ? this.#connections.get(key) : this.home.connectionBetween(a, b);
  }

  connectionsOf(side: SideId): ConnectionRecord[] {
    const others = new Set([...this.home.reachableSides({ id: side }), ...(this.#met.get(side) ?? [])]);
    return [...others].flatMap((other) => this.connectionBetween(side, other) ?? []);
  }

  putConnection(connection: ConnectionRecord): void {
    const { group, other } = connection;
    this.#connections.set(connectionKey(group, other.id), connection);
    setIn(this.#met, group).add(other.id);
    setIn(this.#met, other.id).add(group);
  }

  deleteConnection({ group, other }: ConnectionRecord): void {
    this.#connections.set(connectionKey(group, other.id), undefined);
  }

  *connectionChanges(): Generator<{
    readonly before: ConnectionRecord | undefined;
    readonly after: ConnectionRecord | undefined;
  }> {
    for (const [key, after] of this.#connections) {
      const [a, b] = key.split('|') as [SideId, SideId];
      yield { before: this.home.connectionBetween(a, b), after };
    }
  }

  /** Sides whose members policy would let members of `side` reach. */
  reachableSides(side: SideId): Set<SideId> {
    const sides = new Set(this.connectionsOf(side).map(({ group, other }) => (group === side ? other.id : group)));
    if (this.groups.get(side as GroupId)?.interconnected) sides.add(side);
    return sides;
  }

  /** "the group Web servers" */
  sideText(side: Side): string {
    const record = side.kind === 'group' ? this.groups.get(side.id) : this.roles.get(side.id);
    return `the ${side.kind} ${record?.name ?? side.id}`;
  }

  #leave(id: MachineId): void {
    const before = this.machines.get(id);
    const side = before && sideIdOf(before);
    if (side) this.#joined.get(side)?.delete(id);
  }
}

export function sideIdOf(machine: MachineRecord): SideId | null {
  return machine.kind === 'role-instance' ? machine.role : machine.group;
}

function setIn(map: Map<SideId, Set<SideId>>, key: SideId): Set<SideId> {
  let set = map.get(key);
  if (set === undefined) {
    set = new Set();
    map.set(key, set);
  }
  return set;
}

function mapIn(map: Map<SideId, Map<MachineId, MachineRecord>>, key: SideId): Map<MachineId, MachineRecord> {
  let inner = map.get(key);
  if (inner === undefined) {
    inner = new Map();
    map.set(key, inner);
  }
  return inner;
}
