/**
 * ML-KEM-768 (FIPS 203) by node:crypto, from OpenSSL 3.5 on. Keys go in and out inside DER envelopes (RFC
 * 9935). The private key is the seed that FIPS 203 §7.1 expands, so that it can be wiped; OpenSSL wipes
 * what it makes of it.
 *
 * Encapsulation draws from OpenSSL's own generator: node:crypto takes no randomness for it.
 */
import crypto, { type KeyObject } from 'node:crypto';
import type { Kem } from './kem.ts';

/** d and z, 32 bytes each. */
const SEED_BYTES = 64;
const PUBLIC_KEY_BYTES = 1_184;
const CIPHERTEXT_BYTES = 1_088;

/** RFC 9935 §6: PrivateKeyInfo with the seed alone, up to the seed. */
const PKCS8_PREFIX = Buffer.from('3054020100300b060960864801650304040204428040', 'hex');
/** RFC 9935 §4: SubjectPublicKeyInfo up to the key. */
const SPKI_PREFIX = Buffer.from('308204b2300b0609608648016503040402038204a100', 'hex');

/** @returns undefined where this Node has no ML-KEM */
export function nativeMlKem768(): Kem | undefined {
  // Node 22 has no such function (so no named import: it would not link), and BoringSSL no such keys.
  if (typeof crypto.encapsulate !== 'function') return undefined;
  try {
    privateKeyOf(new Uint8Array(SEED_BYTES));
    return NATIVE;
  } catch {
    return undefined;
  }
}

const NATIVE: Kem = {
  publicKeyBytes: PUBLIC_KEY_BYTES,
  ciphertextBytes: CIPHERTEXT_BYTES,
  generate(random) {
    const seed = random(SEED_BYTES);
    const spki = crypto.createPublicKey(privateKeyOf(seed)).export({ format: 'der', type: 'spki' });
    return { publicKey: Uint8Array.from(spki.subarray(SPKI_PREFIX.length)), privateKey: seed };
  },
  encapsulate(publicKey) {
    if (publicKey.length !== PUBLIC_KEY_BYTES) throw new RangeError(`a public key has ${PUBLIC_KEY_BYTES} bytes`);
    const key = Buffer.concat([SPKI_PREFIX, publicKey]);
    const { ciphertext, sharedKey } = crypto.encapsulate({ key, format: 'der', type: 'spki' });
    return { ciphertext, output: sharedKey };
  },
  decapsulate: (privateKey, ciphertext) => crypto.decapsulate(privateKeyOf(privateKey), ciphertext),
};

function privateKeyOf(seed: Uint8Array): KeyObject {
  const key = Buffer.concat([PKCS8_PREFIX, seed]);
  try {
    return crypto.createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  } finally {
    key.fill(0);
  }
}
