/**
 * Groups or roles of one subscription, found by id or by name. Names are compared in any case: two
 * groups that differ only in it would be taken for one by people.
 */
import { CausewayError } from '#protocol/errors.ts';

export class NamedRecords<Id extends string, Item extends { readonly id: Id; readonly name: string }> {
  readonly kind: string;
  readonly #byId = new Map<Id, Item>();
  readonly #byName = new Map<string, Item>();

  /** @param kind the word for errors. */
  constructor(kind: string) {
    this.kind = kind;
  }

  get byId(): ReadonlyMap<Id, Item> {
    return this.#byId;
  }

  /** @param name in any case. */
  named(name: string): Item | undefined {
    return this.#byName.get(name.toLowerCase());
  }

  /** @throws CausewayError NOT_FOUND */
  find(nameOrId: string): Item {
    const found = this.#byId.get(nameOrId as Id) ?? this.#byName.get(nameOrId.toLowerCase());
    if (found === undefined) throw new CausewayError('NOT_FOUND', { kind: this.kind, id: nameOrId });
    return found;
  }

  /**
   * @param self may keep its own name.
   * @throws CausewayError EXISTS_ALREADY
   */
  requireFree(name: string, self?: Id): void {
    const holder = this.#byName.get(name.toLowerCase());
    if (holder !== undefined && holder.id !== self) {
      throw new CausewayError('EXISTS_ALREADY', { kind: this.kind, name: holder.name });
    }
  }

  /** By name. */
  list(): Item[] {
    return [...this.#byId.values()].sort((a, b) => a.name.localeCompare(b.name));
  }

  put(item: Item): void {
    const before = this.#byId.get(item.id);
    if (before !== undefined) this.delete(before);
    this.#byId.set(item.id, item);
    this.#byName.set(item.name.toLowerCase(), item);
  }

  delete(item: Item): void {
    this.#byId.delete(item.id);
    this.#byName.delete(item.name.toLowerCase());
  }
}
