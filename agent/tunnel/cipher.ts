/**
 * The AEADs of the data plane. Same algorithms and nonces as Noise (§5.1, §12.3, §12.4) with empty
 * associated data, but written straight into the frame that is sent. Knows nothing of sessions.
 *
 * Hazard: a counter used twice under one key gives both plaintexts away. Only Session, which counts, seals.
 */
import { createCipheriv, createDecipheriv, createSecretKey, getCiphers, type KeyObject } from 'node:crypto';
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { type AeadKey, nativeAead } from '#native/aead.ts';
import { concatBytes } from '#protocol/encoding.ts';
import { CIPHER_BIT, type DataCipher, TAG_BYTES } from '#protocol/tunnel-messages.ts';

const NONCE_BYTES = 12;
/** Where the low 32 bits of the counter stand: the counter is the nonce's last 8 bytes. */
const LOW_HALF_BIG_ENDIAN = 8;
const LOW_HALF_LITTLE_ENDIAN = 4;

/** One direction of one session. Dispose of it when the session is over. */
export interface DataKey extends Disposable {
  /**
   * Writes ciphertext and tag to `target` from `at`. The plaintext comes in two parts, so that a large
   * packet need not be copied behind its record header.
   * @param counter below 2^32, never the same twice
   */
  seal(counter: number, first: Uint8Array, second: Uint8Array | undefined, target: Uint8Array, at: number): void;
  /**
   * Writes the plaintext to the start of `target`, which has room for it.
   * @param sealed ciphertext and tag
   * @returns the plaintext's length, or undefined when the message is not authentic
   */
  open(counter: number, sealed: Uint8Array, target: Uint8Array): number | undefined;
}

export type Direction = 'seal' | 'open';

/**
 * @param key 32 bytes, copied and wiped.
 * @param direction the only one it is used for
 */
export function dataKey(cipher: DataCipher, key: Uint8Array, direction: Direction): DataKey {
  const native = nativeAead(cipher);
  if (native !== undefined) {
    const made = new NativeKey(cipher, direction === 'seal' ? native.sealingKey(key) : native.openingKey(key));
    key.fill(0);
    return made;
  }
  const known = cipher === 'aes-256-gcm' || getCiphers().includes(cipher);
  return known ? new NodeKey(cipher, key) : new NobleChaChaKey(key);
}

/**
 * What to offer on a computer: AES-256-GCM only where the CPU has instructions for it; without them it is
 * slow and leaks through the cache.
 * @param arch `process.arch`
 * @param cpuFlags the flags or features line of /proc/cpuinfo, where there is one
 */
export function suitableCiphers(arch: string, cpuFlags?: string): DataCipher[] {
  const capable = cpuFlags === undefined ? arch === 'x64' || arch === 'arm64' : /\baes\b/.test(cpuFlags);
  return capable ? ['aes-256-gcm', 'chacha20-poly1305'] : ['chacha20-poly1305'];
}

/** As in message 1 of the handshake. */
export function cipherBits(ciphers: readonly DataCipher[]): number {
  return ciphers.reduce((bits, cipher) => bits | CIPHER_BIT[cipher], 0);
}

/** The best cipher in both offers: the one with the higher bit. */
export function chooseCipher(ours: number, theirs: number): DataCipher | undefined {
  const common = ours & theirs;
  if (common & CIPHER_BIT['aes-256-gcm']) return 'aes-256-gcm';
  return common & CIPHER_BIT['chacha20-poly1305'] ? 'chacha20-poly1305' : undefined;
}

/** By OpenSSL, without a detour. */
class NativeKey implements DataKey {
  readonly #key: AeadKey;
  readonly #nonce: Nonce;

  constructor(cipher: DataCipher, key: AeadKey) {
    this.#key = key;
    this.#nonce = new Nonce(cipher);
  }

  seal(counter: number, first: Uint8Array, second: Uint8Array | undefined, target: Uint8Array, at: number): void {
    this.#key.seal(this.#nonce.of(counter), first, second, target, at);
  }

  open(counter: number, sealed: Uint8Array, target: Uint8Array): number | undefined {
    return this.#key.open(this.#nonce.of(counter), sealed, target) ? sealed.length - TAG_BYTES : undefined;
  }

  [Symbol.dispose](): void {
    this.#key[Symbol.dispose]();
  }
}

/** By node:crypto, for both algorithms. The key lives in a KeyObject, out of reach of the JavaScript heap. */
export class NodeKey implements DataKey {
  readonly #name: DataCipher;
  readonly #key: KeyObject;
  readonly #nonce: Nonce;

  constructor(name: DataCipher, key: Uint8Array) {
    this.#name = name;
    this.#nonce = new Nonce(name);
    this.#key = createSecretKey(key);
    key.fill(0);
  }

  seal(counter: number, first: Uint8Array, second: Uint8Array | undefined, target: Uint8Array, at: number): void {
    // The types know authTagLength for each name alone, not for the union of both names.
    const cipher = createCipheriv(this.#name as 'aes-256-gcm', this.#key, this.#nonce.of(counter), {
      authTagLength: TAG_BYTES,
    });
    let end = at;
    for (const part of second === undefined ? [first] : [first, second]) {
      target.set(cipher.update(part), end);
      end += part.length;
    }
    cipher.final();
    target.set(cipher.getAuthTag(), end);
  }

  open(counter: number, sealed: Uint8Array, target: Uint8Array): number | undefined {
    const body = sealed.length - TAG_BYTES;
    if (body < 0) return undefined;
    const decipher = createDecipheriv(this.#name as 'aes-256-gcm', this.#key, this.#nonce.of(counter), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAuthTag(sealed.subarray(body));
    const plaintext = decipher.update(sealed.subarray(0, body));
    try {
      decipher.final();
    } catch {
      plaintext.fill(0);
      return undefined;
    }
    target.set(plaintext);
    return body;
  }

  /** The KeyObject goes with the garbage. */
  [Symbol.dispose](): void {}
}

/** For runtimes whose crypto library has no ChaCha20-Poly1305 in this form (Electron's BoringSSL). */
export class NobleChaChaKey implements DataKey {
  readonly #key: Uint8Array;
  readonly #nonce = new Nonce('chacha20-poly1305');

  constructor(key: Uint8Array) {
    this.#key = new Uint8Array(key);
    key.fill(0);
  }

  seal(counter: number, first: Uint8Array, second: Uint8Array | undefined, target: Uint8Array, at: number): void {
    const plaintext = second === undefined ? first : concatBytes(first, second);
    target.set(chacha20poly1305(this.#key, this.#nonce.of(counter)).encrypt(plaintext), at);
  }

  open(counter: number, sealed: Uint8Array, target: Uint8Array): number | undefined {
    if (sealed.length < TAG_BYTES) return undefined;
    try {
      const plaintext = chacha20poly1305(this.#key, this.#nonce.of(counter)).decrypt(sealed);
      target.set(plaintext);
      return plaintext.length;
    } catch {
      return undefined;
    }
  }

  [Symbol.dispose](): void {
    this.#key.fill(0);
  }
}

/** Nonces as in Noise §12.3 and §12.4: one buffer, used again and again. */
class Nonce {
  readonly #bytes = Buffer.alloc(NONCE_BYTES);
  readonly #bigEndian: boolean;

  constructor(cipher: DataCipher) {
    this.#bigEndian = cipher === 'aes-256-gcm';
  }

  of(counter: number): Buffer {
    if (this.#bigEndian) this.#bytes.writeUInt32BE(counter, LOW_HALF_BIG_ENDIAN);
    else this.#bytes.writeUInt32LE(counter, LOW_HALF_LITTLE_ENDIAN);
    return this.#bytes;
  }
}
