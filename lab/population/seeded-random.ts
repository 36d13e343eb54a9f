/**
 * Randomness that is the same for the same seed, for data that is the same whenever it is made. Never for
 * a secret that has to be one.
 */
import { createCipheriv, createHash } from 'node:crypto';

const WORD_BYTES = 4;
const WORD_VALUES = 2 ** 32;

export class SeededRandom {
  readonly #stream;

  constructor(seed: string) {
    const key = createHash('sha256').update(seed).digest();
    this.#stream = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  }

  /** As the server's own `Random`. */
  readonly bytes = (count: number): Uint8Array => Uint8Array.from(this.#stream.update(Buffer.alloc(count)));

  /** At least 0 and below 1. */
  fraction(): number {
    return this.#stream.update(Buffer.alloc(WORD_BYTES)).readUInt32BE() / WORD_VALUES;
  }

  /** @throws RangeError for no items */
  pick<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(this.fraction() * items.length)];
    if (item === undefined) throw new RangeError('there is nothing to pick from');
    return item;
  }
}
