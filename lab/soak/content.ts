/**
 * What the soak's programs say to each other: bytes that follow from a seed, so that the one who receives them
 * knows every one of them, and a lost, doubled, swapped or foreign byte is seen. Pure.
 */
import { createCipheriv, createHash } from 'node:crypto';

const INITIAL_COUNTER = Buffer.alloc(16);

/** The bytes of one seed, from the first on, in whatever pieces they are asked for. */
export class Content {
  readonly #cipher;

  constructor(seed: string) {
    const key = createHash('sha256').update(seed).digest().subarray(0, 16);
    this.#cipher = createCipheriv('aes-128-ctr', key, INITIAL_COUNTER);
  }

  take(bytes: number): Buffer {
    return this.#cipher.update(Buffer.alloc(bytes));
  }

  /** How many of these are not the bytes that come next. */
  wrongIn(received: Uint8Array): number {
    const right = this.take(received.length);
    if (right.equals(received)) return 0;
    return right.reduce((wrong, byte, index) => (byte === received[index] ? wrong : wrong + 1), 0);
  }
}
