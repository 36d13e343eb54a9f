/**
 * Changes one after the other: what is checked in memory stays true until the store has accepted the
 * change, and memory follows the store in the same order.
 */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `work` when all work before it has ended, however it ended. */
  take<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => {});
    return turn;
  }

  /** Resolves when all work taken so far has ended. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
