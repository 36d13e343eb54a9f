/**
 * Whether a machine whose control connection is open still lives, looked at now and then: whoever was heard since the
 * last look is not asked, for ten thousand asked at once hold up everybody else. Pure.
 */
export class Silence {
  #heard = true;
  #asked = false;

  heard(): void {
    this.#heard = true;
  }

  /** `ask` after a look's time without a sign of life, `end` when the question brought none either. */
  look(): 'fine' | 'ask' | 'end' {
    const [heard, asked] = [this.#heard, this.#asked];
    this.#heard = false;
    this.#asked = !heard;
    if (heard) return 'fine';
    return asked ? 'end' : 'ask';
  }
}
