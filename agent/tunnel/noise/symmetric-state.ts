/**
 * The SymmetricState object (Noise §5.2): chaining key, handshake hash and the current handshake cipher.
 */
import { concatBytes, utf8 } from '#protocol/encoding.ts';
import { KEY_BYTES, TAG_BYTES } from './aead.ts';
import { CipherState } from './cipher-state.ts';
import { hkdf2 } from './hash.ts';
import type { Suite } from './suite.ts';

const NO_BYTES = new Uint8Array(0);

export class SymmetricState {
  readonly #suite: Suite;
  #chainingKey: Uint8Array;
  #hash: Uint8Array;
  #cipher: CipherState | undefined;

  constructor(suite: Suite) {
    this.#suite = suite;
    const name = utf8(suite.name);
    const hashBytes = suite.hash.outputLen;
    this.#hash =
      name.length <= hashBytes ? concatBytes(name, new Uint8Array(hashBytes - name.length)) : suite.hash(name);
    this.#chainingKey = Uint8Array.from(this.#hash);
  }

  /** Bytes by which {@link encryptAndHash} lengthens its input now. */
  get overhead(): number {
    return this.#cipher === undefined ? 0 : TAG_BYTES;
  }

  /** Channel binding (§11.2) once the handshake is over. */
  get handshakeHash(): Uint8Array {
    return Uint8Array.from(this.#hash);
  }

  /** Wipes `input`, which no caller needs afterwards. */
  mixKey(input: Uint8Array): void {
    const [chainingKey, key] = hkdf2(this.#suite.hash, this.#chainingKey, input);
    input.fill(0);
    this.#chainingKey.fill(0);
    this.#chainingKey = chainingKey;
    this.#cipher?.wipe();
    this.#cipher = new CipherState(this.#suite.cipher, key.slice(0, KEY_BYTES));
    key.fill(0);
  }

  mixHash(data: Uint8Array): void {
    this.#hash = this.#suite.hash(concatBytes(this.#hash, data));
  }

  encryptAndHash(plaintext: Uint8Array): Uint8Array {
    const ciphertext = this.#cipher?.encrypt(plaintext, this.#hash) ?? plaintext;
    this.mixHash(ciphertext);
    return ciphertext;
  }

  /** @throws NoiseError */
  decryptAndHash(ciphertext: Uint8Array): Uint8Array {
    const plaintext = this.#cipher?.decrypt(ciphertext, this.#hash) ?? Uint8Array.from(ciphertext);
    this.mixHash(ciphertext);
    return plaintext;
  }

  /** The two transport keys, initiator's sending key first; this state is wiped. */
  split(): [Uint8Array, Uint8Array] {
    const [first, second] = hkdf2(this.#suite.hash, this.#chainingKey, NO_BYTES);
    const keys: [Uint8Array, Uint8Array] = [first.slice(0, KEY_BYTES), second.slice(0, KEY_BYTES)];
    first.fill(0);
    second.fill(0);
    this.wipe();
    return keys;
  }

  wipe(): void {
    this.#chainingKey.fill(0);
    this.#cipher?.wipe();
    this.#cipher = undefined;
  }
}
