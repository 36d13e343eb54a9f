/**
 * What is sent while one piece of input is worked on goes out when it has been: then small frames for one
 * machine share a TLS record and a system call. Nothing waits for longer than that, and nothing for company.
 */
export interface Flushable {
  flush(): void;
}

export class WriteTurn {
  readonly #waiting: Flushable[] = [];
  #depth = 0;

  /** Runs `work`, then flushes whatever it left waiting. */
  run(work: () => void): void {
    this.#depth++;
    try {
      work();
    } finally {
      if (--this.#depth === 0) this.#flushAll();
    }
  }

  /** Flushes it at the end of the turn; at once outside of one. To be called once a turn. */
  add(one: Flushable): void {
    if (this.#depth === 0) one.flush();
    else this.#waiting.push(one);
  }

  #flushAll(): void {
    for (const one of this.#waiting) one.flush();
    this.#waiting.length = 0;
  }
}
