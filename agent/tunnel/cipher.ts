/**
 * The AEADs of the data plane. Same algorithms and nonces as Noise (§5.1, §12.3, §12.4) with empty
 * associated data, but written straight into the frame that is sent. Knows nothing of sessions.
 *
 * Hazard: a counter used twice under one key gives both plaintexts away. Only Session, which counts, seals.
 */
import { createCipheriv, createDecipheriv, createSecretKey, getCiphers, type KeyObject } from 'node:crypto';
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { concatBytes } from '#protocol/encoding.ts';
import { CIPHER_BIT, type DataCipher, TAG_BYTES } from '#protocol/tunnel-messages.ts';

const NONCE_BYTES = 12;
/** Where the low 32 bits of the counter stand: the counter is the nonce's last 8 bytes. */
const LOW_HALF_BIG_ENDIAN = 8;
const LOW_HALF_LITTLE_ENDIAN = 4;

/** One direction of one session. */
export interface DataKey {
  /**
   * Writes ciphertext and tag to `target` from `at`. The plaintext comes in two parts, so that a large
   * packet need not be copied behind its record header.
   * @param counter below 2^32, never the same twice
   */
  seal(counter: number, first: Uint8Array, second: Uint8Array | undefined, target: Uint8Array, at: number): void;
  /**
   * @param sealed ciphertext and tag
   * @returns a fresh buffer, or undefined when the message is not authentic
   */
  open(counter: number, sealed: Uint8Array): Uint8Array | undefined;
}

/** @param key 32 bytes, copied and wiped. */
export function dataKey(cipher: DataCipher, key: Uint8Array): DataKey {
  if (cipher === 'aes-256-gcm') return new NodeKey('aes-256-gcm', key);
  return getCiphers().includes('chacha20-poly1305') ? new NodeKey('chacha20-poly1305', key) : new NobleChaChaKey(key);
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

/** By OpenSSL, for both algorithms. The key lives in a KeyObject, out of reach of the JavaScript heap. */
class NodeKey implements DataKey {
  readonly #name: DataCipher;
  readonly #key: KeyObject;
  readonly #nonce = Buffer.alloc(NONCE_BYTES);

  constructor(name: DataCipher, key: Uint8Array) {
    this.#name = name;
    this.#key = createSecretKey(key);
    key.fill(0);
  }

  seal(counter: number, first: Uint8Array, second: Uint8Array | undefined, target: Uint8Array, at: number): void {
    // The types know authTagLength for each name alone, not for the union of both names.
    const cipher = createCipheriv(this.#name as 'aes-256-gcm', this.#key, this.#nonceFor(counter), {
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

  open(counter: number, sealed: Uint8Array): Uint8Array | undefined {
    const body = sealed.length - TAG_BYTES;
    if (body < 0) return undefined;
    const decipher = createDecipheriv(this.#name as 'aes-256-gcm', this.#key, this.#nonceFor(counter), {
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
    return plaintext;
  }

  #nonceFor(counter: number): Buffer {
    if (this.#name === 'aes-256-gcm') this.#nonce.writeUInt32BE(counter, LOW_HALF_BIG_ENDIAN);
    else this.#nonce.writeUInt32LE(counter, LOW_HALF_LITTLE_ENDIAN);
    return this.#nonce;
  }
}

/** For runtimes whose crypto library has no ChaCha20-Poly1305 in this form (Electron's BoringSSL). */
export class NobleChaChaKey implements DataKey {
  readonly #key: Uint8Array;
  readonly #nonce = Buffer.alloc(NONCE_BYTES);

  constructor(key: Uint8Array) {
    this.#key = new Uint8Array(key);
    key.fill(0);
  }

  seal(counter: number, first: Uint8Array, second: Uint8Array | undefined, target: Uint8Array, at: number): void {
    this.#nonce.writeUInt32LE(counter, LOW_HALF_LITTLE_ENDIAN);
    const plaintext = second === undefined ? first : concatBytes(first, second);
    target.set(chacha20poly1305(this.#key, this.#nonce).encrypt(plaintext), at);
  }

  open(counter: number, sealed: Uint8Array): Uint8Array | undefined {
    if (sealed.length < TAG_BYTES) return undefined;
    this.#nonce.writeUInt32LE(counter, LOW_HALF_LITTLE_ENDIAN);
    try {
      return chacha20poly1305(this.#key, this.#nonce).decrypt(sealed);
    } catch {
      return undefined;
    }
  }
}
