/**
 * Finds out that somebody who has to speak regularly has fallen silent. Costs a timer that is put off at every
 * word, and wakes nobody as long as there are words.
 */
export class Silence implements Disposable {
  readonly #onSilent: () => void;
  #timer: NodeJS.Timeout | undefined;
  /** Counts words, so that those that came while the timer went off are not missed. */
  #words = 0;

  constructor(onSilent: () => void) {
    this.#onSilent = onSilent;
  }

  /** A word is due within so long, or it is silence. Told once; the next word is to be waited for again. */
  wordWithin(milliseconds: number): void {
    this.#words += 1;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#due(this.#words), milliseconds);
  }

  [Symbol.dispose](): void {
    this.#words += 1;
    clearTimeout(this.#timer);
  }

  /** Who was stopped or busy oneself finds the timer before the words that wait in the socket: those are read first. */
  #due(words: number): void {
    setImmediate(() =>
      setImmediate(() => {
        if (words === this.#words) this.#onSilent();
      }),
    );
  }
}
