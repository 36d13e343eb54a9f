/**
 * The directory in memory: every subscription with its machines and policy, indexed by what is asked
 * for, so that no request scans a table. Changed only after the store has accepted the change.
 * Decides nothing: policy does (protocol/policy.ts), and administration checks what may be done.
 */
import { CausewayError } from '#protocol/errors.ts';
import type { GroupId, MachineId, RoleId, SubscriptionId } from '#protocol/ids.ts';
import type { MachineRecord, SubscriptionRecord } from '../store/records.ts';
import type { DirectoryContents } from '../store/store.ts';
import { SubscriptionDirectory } from './subscription-directory.ts';

export class Directory {
  readonly #subscriptions = new Map<SubscriptionId, SubscriptionDirectory>();
  readonly #byName = new Map<string, SubscriptionDirectory>();
  /** Which subscription a machine is of: ids are unique among all. */
  readonly #homes = new Map<MachineId, SubscriptionDirectory>();

  constructor(contents: DirectoryContents) {
    for (const record of contents.subscriptions) this.putSubscription(record);
    for (const group of contents.groups) this.#home(group.subscription).putGroup(group);
    for (const role of contents.roles) this.#home(role.subscription).putRole(role);
    for (const machine of contents.machines) this.putMachine(machine);
    for (const connection of contents.connections) this.#home(connection.subscription).putConnection(connection);
    for (const step of contents.locks.steps) this.#home(step.subscription).lock.putStep(step);
    for (const certificate of contents.locks.certificates) {
      this.#home(certificate.subscription).lock.putCertificate(certificate);
    }
  }

  get machines(): number {
    return this.#homes.size;
  }

  /** By name. */
  list(): SubscriptionDirectory[] {
    return [...this.#subscriptions.values()].sort((a, b) => (a.record.name < b.record.name ? -1 : 1));
  }

  get(id: SubscriptionId): SubscriptionDirectory | undefined {
    return this.#subscriptions.get(id);
  }

  /** Which one is meant: that of this id, or else that of this name. */
  lookUp(nameOrId: string): SubscriptionDirectory | undefined {
    return this.#subscriptions.get(nameOrId as SubscriptionId) ?? this.#byName.get(nameOrId.toLowerCase());
  }

  /** @throws CausewayError NOT_FOUND */
  find(nameOrId: string): SubscriptionDirectory {
    const found = this.lookUp(nameOrId);
    if (found === undefined) throw new CausewayError('NOT_FOUND', { kind: 'subscription', id: nameOrId });
    return found;
  }

  /** Whether a group or role of any subscription has this id. */
  hasSide(id: string): boolean {
    for (const { groups, roles } of this.#subscriptions.values()) {
      if (groups.byId.has(id as GroupId) || roles.byId.has(id as RoleId)) return true;
    }
    return false;
  }

  hasName(name: string): boolean {
    return this.#byName.has(name);
  }

  /** The subscription that a machine is of. */
  homeOf(machine: MachineId): SubscriptionDirectory | undefined {
    return this.#homes.get(machine);
  }

  putSubscription(record: SubscriptionRecord): SubscriptionDirectory {
    let subscription = this.#subscriptions.get(record.id);
    if (subscription === undefined) {
      subscription = new SubscriptionDirectory(record);
      this.#subscriptions.set(record.id, subscription);
    } else {
      this.#byName.delete(subscription.record.name);
      subscription.record = record;
    }
    this.#byName.set(record.name, subscription);
    return subscription;
  }

  deleteSubscription(subscription: SubscriptionDirectory): void {
    for (const machine of subscription.policy.machines.keys()) this.#homes.delete(machine);
    this.#byName.delete(subscription.record.name);
    this.#subscriptions.delete(subscription.id);
  }

  putMachine(machine: MachineRecord): void {
    const home = this.#home(machine.subscription);
    home.putMachine(machine);
    this.#homes.set(machine.id, home);
  }

  deleteMachine(machine: MachineRecord): void {
    this.#home(machine.subscription).deleteMachine(machine);
    this.#homes.delete(machine.id);
  }

  #home(id: SubscriptionId): SubscriptionDirectory {
    const subscription = this.#subscriptions.get(id);
    if (subscription === undefined) throw new Error(`the directory has no subscription ${id}`);
    return subscription;
  }
}
