/**
 * Work that many events ask for, done once for all that came while it was being done: a roll-out changes
 * something twice a second, and to ask for ten thousand rows again takes longer than that.
 */

export class Gathering<Kind> {
  readonly #work: (kinds: ReadonlySet<Kind>, of: string | null) => Promise<unknown>;
  readonly #pauseMs: number;
  /** What is to be done next, by what it is of; there from the beginning of the work until it rests. */
  readonly #waiting = new Map<string | null, Set<Kind>>();
  readonly #pauses = new Set<ReturnType<typeof setTimeout>>();
  #stopped = false;

  /** @param pauseMs from the beginning of the work to its next time, at least. It is asked again only when it has ended. */
  constructor(work: (kinds: ReadonlySet<Kind>, of: string | null) => Promise<unknown>, pauseMs: number) {
    this.#work = work;
    this.#pauseMs = pauseMs;
  }

  /** At once if nothing of the kind is under way. */
  ask(kinds: Iterable<Kind>, of: string | null): void {
    const waiting = this.#waiting.get(of);
    if (waiting === undefined) void this.#workOff(new Set(kinds), of);
    else for (const kind of kinds) waiting.add(kind);
  }

  stop(): void {
    this.#stopped = true;
    for (const pause of this.#pauses) clearTimeout(pause);
  }

  async #workOff(first: Set<Kind>, of: string | null): Promise<void> {
    for (let kinds = first; kinds.size > 0 && !this.#stopped; kinds = this.#waiting.get(of) ?? new Set()) {
      this.#waiting.set(of, new Set());
      // What goes wrong, the queries show.
      await Promise.all([this.#work(kinds, of).catch(() => undefined), this.#pause()]);
    }
    this.#waiting.delete(of);
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const pause = setTimeout(() => {
        this.#pauses.delete(pause);
        resolve();
      }, this.#pauseMs);
      this.#pauses.add(pause);
    });
  }
}
