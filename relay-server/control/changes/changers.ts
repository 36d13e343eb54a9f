/**
 * Who changed a thing last, for whoever finds it changed while they were editing it. In memory only: what
 * is asked about was changed minutes ago.
 */
import type { Actor } from '../../store/records.ts';

/** Things remembered, at about 100 bytes each; the ones changed longest ago are forgotten first. */
const THINGS_MAX = 20_000;

export class Changers {
  readonly #names = new Map<string, string>();

  /** @param ids of everything that `by` has changed at once. */
  changed(ids: Iterable<string>, by: Actor): void {
    for (const id of ids) {
      this.#names.delete(id);
      this.#names.set(id, nameOf(by));
    }
    for (const id of this.#names.keys()) {
      if (this.#names.size <= THINGS_MAX) return;
      this.#names.delete(id);
    }
  }

  /** Begins a sentence. */
  of(id: string): string {
    return this.#names.get(id) ?? 'Somebody else';
  }
}

function nameOf(by: Actor): string {
  if (by.name !== '') return by.name;
  return by.kind === 'api-key' ? 'An API key' : 'Somebody else';
}
