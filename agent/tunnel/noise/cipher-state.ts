/**
 * The CipherState object (Noise §5.1): one key and the counter that makes every nonce single-use.
 */
import type { NoiseCipher } from './aead.ts';

const NO_BYTES = new Uint8Array(0);

export class CipherState {
  readonly #cipher: NoiseCipher;
  readonly #key: Uint8Array;
  #counter = 0;

  /** @param key 32 bytes, owned from now on. */
  constructor(cipher: NoiseCipher, key: Uint8Array) {
    this.#cipher = cipher;
    this.#key = key;
  }

  encrypt(plaintext: Uint8Array, ad: Uint8Array = NO_BYTES): Uint8Array {
    return this.#cipher.encrypt(this.#key, this.#counter++, ad, plaintext);
  }

  /**
   * The counter moves on only for authentic messages (§5.1).
   * @throws NoiseError
   */
  decrypt(ciphertext: Uint8Array, ad: Uint8Array = NO_BYTES): Uint8Array {
    const plaintext = this.#cipher.decrypt(this.#key, this.#counter, ad, ciphertext);
    this.#counter++;
    return plaintext;
  }

  /** Afterwards this must not be used again. */
  wipe(): void {
    this.#key.fill(0);
  }
}
