/**
 * The machines of a subscription in the orders that people ask for. An order is made when it is first
 * asked for and kept until something that it depends on changes: typing in a search box sorts nothing.
 */
import type { z } from 'zod';
import { parseIpv4 } from '#protocol/addresses.ts';
import type { MachineId } from '#protocol/ids.ts';
import type { machineSort } from '#protocol/rest/machines.ts';
import type { MachineRecord } from '../store/records.ts';
import type { Presence } from './presence.ts';
import type { SubscriptionDirectory } from './subscription-directory.ts';

export type Sort = z.infer<typeof machineSort>;
/** By what machines are put in order: texts as people would, numbers by size. */
export type SortValue = string | number;

interface Kept {
  readonly stamp: number;
  readonly ids: readonly MachineId[];
}

export class MachineOrders {
  readonly #presence: Presence;
  readonly #kept = new WeakMap<SubscriptionDirectory, Map<Sort, Kept>>();
  readonly #collator = new Intl.Collator('en', { numeric: true });

  constructor(presence: Presence) {
    this.#presence = presence;
  }

  /** All machines, ascending. Those of equal value are in the order of their names. */
  sorted(home: SubscriptionDirectory, sort: Sort): Iterable<MachineRecord> {
    if (sort === 'name') return home.machines.after(undefined);
    // Machines come and go all the time.
    if (sort === 'online') return this.#make(home, sort);
    let orders = this.#kept.get(home);
    if (orders === undefined) {
      orders = new Map();
      this.#kept.set(home, orders);
    }
    const stamp = sort === 'lastSeenAt' ? home.revision + home.sightings : home.revision;
    let kept = orders.get(sort);
    if (kept?.stamp !== stamp) {
      kept = { stamp, ids: this.#make(home, sort).map(({ id }) => id) };
      orders.set(sort, kept);
    }
    // The records are asked for anew: what the order does not depend on may have changed.
    return kept.ids.flatMap((id) => home.machine(id) ?? []);
  }

  valueOf(home: SubscriptionDirectory, sort: Sort, machine: MachineRecord): SortValue {
    switch (sort) {
      case 'name':
        return machine.name;
      case 'group':
        return home.sideOf(machine)?.name ?? '';
      case 'os':
        return machine.os;
      case 'agentVersion':
        return machine.agentVersion;
      case 'ipv4':
        return parseIpv4(machine.ipv4).reduce((number, byte) => number * 256 + byte, 0);
      case 'online':
        return machine.disabled ? 2 : this.#presence.isOnline(machine.id) ? 0 : 1;
      case 'lastSeenAt':
        return machine.lastSeenAt ?? 0;
      case 'activatedAt':
        return machine.activatedAt;
    }
  }

  compare(a: SortValue, b: SortValue): number {
    if (typeof a === 'number' && typeof b === 'number') return a - b;
    const [left, right] = [String(a), String(b)];
    if (left === right) return 0;
    return this.#collator.compare(left, right) || (left < right ? -1 : 1);
  }

  /** Different values are few, and a sort by name has been done already: what is left are numbers. */
  #make(home: SubscriptionDirectory, sort: Sort): MachineRecord[] {
    const machines = [...home.machines.after(undefined)];
    const values = machines.map((machine) => this.valueOf(home, sort, machine));
    const distinct = [...new Set(values)].sort((a, b) => this.compare(a, b));
    const ranks = new Map(distinct.map((value, rank) => [value, rank]));
    const order = machines.map((machine, at) => ({ machine, rank: ranks.get(values[at] as SortValue) ?? 0 }));
    // Stable: equal ranks stay in the order of names.
    return order.sort((a, b) => a.rank - b.rank).map(({ machine }) => machine);
  }
}
