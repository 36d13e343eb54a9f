/**
 * Machines that are alike before and after some changes, taken together: each class reaches the same
 * others, so that what changes is found from hundreds of classes and not from millions of pairs.
 */
import type { MachineRecord } from '../../store/records.ts';
import { type Draft, type SideId, sideIdOf } from './draft.ts';

/** Machines of one side before and one side after; null: a side whose members reach nobody. */
export interface MachineClass {
  readonly before: SideId | null;
  readonly after: SideId | null;
  readonly size: number;
  /** By name. */
  members(): Iterable<MachineRecord>;
}

export class MachineClasses {
  readonly #draft: Draft;
  /** Of machines that a change touched. */
  readonly changed: readonly MachineClass[];
  /** Of those that none did, by their side. */
  readonly #still = new Map<SideId, MachineClass>();
  readonly #byBefore = new Map<SideId, MachineClass[]>();
  readonly #byAfter = new Map<SideId, MachineClass[]>();

  constructor(draft: Draft) {
    this.#draft = draft;
    const members = new Map<string, { before: SideId | null; after: SideId | null; machines: MachineRecord[] }>();
    for (const change of draft.machines.changes()) {
      const machine = change.after ?? change.before;
      if (machine === undefined) continue;
      const [before, after] = [reachingSide(change.before), reachingSide(change.after)];
      const key = `${before}|${after}`;
      const found = members.get(key);
      if (found === undefined) members.set(key, { before, after, machines: [machine] });
      else found.machines.push(machine);
    }
    this.changed = [...members.values()].map(({ before, after, machines }) => {
      let sorted: MachineRecord[] | undefined;
      return {
        before,
        after,
        size: machines.length,
        members() {
          sorted ??= machines.sort((a, b) => (a.name < b.name || (a.name === b.name && a.id < b.id) ? -1 : 1));
          return sorted;
        },
      };
    });
    for (const each of this.changed) {
      if (each.before !== null) listIn(this.#byBefore, each.before).push(each);
      if (each.after !== null) listIn(this.#byAfter, each.after).push(each);
    }
  }

  /** Machines of a side that no change touched. */
  still(side: SideId): MachineClass {
    let found = this.#still.get(side);
    if (found === undefined) {
      const draft = this.#draft;
      const members = function* () {
        for (const machine of draft.home.membersOf(side).after(undefined)) {
          if (!machine.disabled && !draft.machines.isChanged(machine.id)) yield machine;
        }
      };
      let size = 0;
      for (const _ of members()) size++;
      found = { before: side, after: side, size, members };
      this.#still.set(side, found);
    }
    return found;
  }

  /** Classes that are in `side` before. */
  *before(side: SideId): Generator<MachineClass> {
    yield this.still(side);
    yield* this.#byBefore.get(side) ?? [];
  }

  /** Classes that are in `side` after. */
  *after(side: SideId): Generator<MachineClass> {
    yield this.still(side);
    yield* this.#byAfter.get(side) ?? [];
  }
}

/** The side through which a machine reaches others; null when it reaches nobody. */
function reachingSide(machine: MachineRecord | undefined): SideId | null {
  return machine === undefined || machine.disabled ? null : sideIdOf(machine);
}

function listIn(map: Map<SideId, MachineClass[]>, side: SideId): MachineClass[] {
  let list = map.get(side);
  if (list === undefined) {
    list = [];
    map.set(side, list);
  }
  return list;
}
