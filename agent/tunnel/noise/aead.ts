/**
 * The cipher functions of Noise (§12.3, §12.4) for handshake messages. The data plane has its own, faster
 * path (agent/tunnel/cipher.ts); both write the nonce in the same way.
 *
 * Hazard: two messages under one key and nonce reveal both. Only CipherState, which counts, calls these.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { NoiseError } from './noise-error.ts';

export const KEY_BYTES = 32;
export const TAG_BYTES = 16;
const NONCE_BYTES = 12;

export interface NoiseCipher {
  /** Ciphertext with its 16-byte tag. */
  encrypt(key: Uint8Array, counter: number, ad: Uint8Array, plaintext: Uint8Array): Uint8Array;
  /** @throws NoiseError when the tag does not fit. */
  decrypt(key: Uint8Array, counter: number, ad: Uint8Array, ciphertext: Uint8Array): Uint8Array;
}

const AESGCM: NoiseCipher = {
  encrypt(key, counter, ad, plaintext) {
    const cipher = createCipheriv('aes-256-gcm', key, bigEndianNonce(counter)).setAAD(ad);
    return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  },
  decrypt(key, counter, ad, ciphertext) {
    const body = ciphertext.subarray(0, -TAG_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', key, bigEndianNonce(counter), { authTagLength: TAG_BYTES });
    decipher.setAAD(ad).setAuthTag(ciphertext.subarray(-TAG_BYTES));
    const plaintext = decipher.update(body);
    decipher.final();
    return plaintext;
  },
};

const ChaChaPoly: NoiseCipher = {
  encrypt: (key, counter, ad, plaintext) => chacha20poly1305(key, littleEndianNonce(counter), ad).encrypt(plaintext),
  decrypt: (key, counter, ad, ciphertext) => chacha20poly1305(key, littleEndianNonce(counter), ad).decrypt(ciphertext),
};

export const CIPHERS = { AESGCM: failingClosed(AESGCM), ChaChaPoly: failingClosed(ChaChaPoly) } as const;

/** 32 zero bits, then the counter, for AES-GCM. */
function bigEndianNonce(counter: number): Uint8Array {
  const nonce = new Uint8Array(NONCE_BYTES);
  new DataView(nonce.buffer).setBigUint64(4, BigInt(counter), false);
  return nonce;
}

/** 32 zero bits, then the counter, for ChaCha20-Poly1305. */
function littleEndianNonce(counter: number): Uint8Array {
  const nonce = new Uint8Array(NONCE_BYTES);
  new DataView(nonce.buffer).setBigUint64(4, BigInt(counter), true);
  return nonce;
}

/** Makes every way in which a library says "no" the same opaque error. */
function failingClosed(cipher: NoiseCipher): NoiseCipher {
  return {
    encrypt: cipher.encrypt,
    decrypt(key, counter, ad, ciphertext) {
      if (ciphertext.length < TAG_BYTES) throw new NoiseError();
      try {
        return cipher.decrypt(key, counter, ad, ciphertext);
      } catch (cause) {
        throw new NoiseError(undefined, { cause });
      }
    },
  };
}
