/**
 * Machines in the order of their names, so that a page of a list costs the page and not the list.
 */
import type { MachineId } from '#protocol/ids.ts';
import type { Label } from '#protocol/names.ts';

export interface Named {
  readonly id: MachineId;
  readonly name: Label;
}

/** A sorted array: names are unique in it. Finding is O(log n); adding and removing move memory only. */
export class NameOrder<Item extends Named> {
  readonly #items: Item[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** Adds an item, or replaces the one of that name. */
  put(item: Item): void {
    const at = this.#firstAfter(item.name, true);
    this.#items.splice(at, this.#items[at]?.name === item.name ? 1 : 0, item);
  }

  remove(name: Label): void {
    const at = this.#firstAfter(name, true);
    if (this.#items[at]?.name === name) this.#items.splice(at, 1);
  }

  /** Items whose names come after `name` (all, if undefined), in order. */
  *after(name: string | undefined): Generator<Item, undefined> {
    for (let at = name === undefined ? 0 : this.#firstAfter(name, false); at < this.#items.length; at++) {
      yield this.#items[at] as Item;
    }
  }

  /** Index of the first item after `name`, or of that name itself if `inclusive`. */
  #firstAfter(name: string, inclusive: boolean): number {
    let low = 0;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const found = (this.#items[middle] as Item).name;
      if (found < name || (!inclusive && found === name)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
