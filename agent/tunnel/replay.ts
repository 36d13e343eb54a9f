/**
 * The sliding window that refuses counters seen before (RFC 6479: a ring of words, so that moving on
 * clears whole words instead of shifting bits). To be asked only about authenticated messages: an
 * attacker's counter must never move the window.
 */
import { LIMITS } from '#protocol/limits.ts';

const WORD_BITS = 32;
/** One word more than the window, so that clearing a word never forgets a counter inside it. */
const WORDS = LIMITS.REPLAY_WINDOW_MESSAGES.value / WORD_BITS + 1;
/** Counters this far behind the greatest are still accepted; older ones are refused. */
export const WINDOW = (WORDS - 1) * WORD_BITS;

export class ReplayWindow {
  /** The greatest counter accepted; -1 before the first. */
  #greatest = -1;
  readonly #ring = new Uint32Array(WORDS);

  get greatest(): number {
    return this.#greatest;
  }

  /**
   * Accepts each counter once.
   * @param counter a whole number from 0
   * @returns false for a counter seen before or fallen out of the window
   */
  accept(counter: number): boolean {
    if (counter > this.#greatest) {
      this.#moveTo(counter);
    } else if (this.#greatest - counter >= WINDOW) {
      return false;
    }
    const word = Math.floor(counter / WORD_BITS) % WORDS;
    const bit = 1 << (counter % WORD_BITS);
    const seen = this.#ring[word] as number;
    this.#ring[word] = seen | bit;
    return (seen & bit) === 0;
  }

  #moveTo(counter: number): void {
    const from = Math.floor(this.#greatest / WORD_BITS);
    const steps = Math.min(Math.floor(counter / WORD_BITS) - from, WORDS);
    for (let step = 1; step <= steps; step++) this.#ring[(from + step + WORDS) % WORDS] = 0;
    this.#greatest = counter;
  }
}
