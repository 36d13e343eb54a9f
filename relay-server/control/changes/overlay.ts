/**
 * Named things as they would be after some changes, over those that are there: only what differs is
 * held, so that a change of one thing among ten thousand costs one.
 */
import { CausewayError } from '#protocol/errors.ts';

interface Thing<Id extends string> {
  readonly id: Id;
  readonly name: string;
}

/** What is there, found by id and by name in any case. */
export interface Base<Id extends string, Item extends Thing<Id>> {
  get(id: Id): Item | undefined;
  named(name: string): Item | undefined;
}

export class Overlay<Id extends string, Item extends Thing<Id>> {
  readonly kind: string;
  readonly #base: Base<Id, Item>;
  /** undefined: it is gone. */
  readonly #changed = new Map<Id, Item | undefined>();
  readonly #names = new Map<string, Item | undefined>();

  /** @param kind the word for errors. */
  constructor(kind: string, base: Base<Id, Item>) {
    this.kind = kind;
    this.#base = base;
  }

  get(id: Id): Item | undefined {
    return this.#changed.has(id) ? this.#changed.get(id) : this.#base.get(id);
  }

  /** As it was before all changes. */
  before(id: Id): Item | undefined {
    return this.#base.get(id);
  }

  named(name: string): Item | undefined {
    const key = name.toLowerCase();
    return this.#names.has(key) ? this.#names.get(key) : this.#base.named(key);
  }

  /** @throws CausewayError NOT_FOUND */
  find(nameOrId: string): Item {
    const found = this.get(nameOrId as Id) ?? this.named(nameOrId);
    if (found === undefined) throw new CausewayError('NOT_FOUND', { kind: this.kind, id: nameOrId });
    return found;
  }

  put(item: Item): void {
    const before = this.get(item.id);
    if (before !== undefined && before.name !== item.name) this.#names.set(before.name.toLowerCase(), undefined);
    this.#changed.set(item.id, item);
    this.#names.set(item.name.toLowerCase(), item);
  }

  delete(item: Item): void {
    this.#changed.set(item.id, undefined);
    this.#names.set(item.name.toLowerCase(), undefined);
  }

  isChanged(id: Id): boolean {
    return this.#changed.has(id);
  }

  /** What differs: as it was, as it would be. What was made and removed again is neither. */
  *changes(): Generator<{ readonly before: Item | undefined; readonly after: Item | undefined }> {
    for (const [id, after] of this.#changed) yield { before: this.#base.get(id), after };
  }
}
