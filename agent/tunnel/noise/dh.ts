/**
 * The DH function "25519" (Noise §12.1): X25519 of RFC 7748, by node:crypto, which takes keys only
 * inside DER envelopes. Knows nothing of handshakes.
 */
import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from 'node:crypto';
import { NoiseError } from './noise-error.ts';

/** Bytes of private keys, public keys and results. */
export const DH_BYTES = 32;

/** RFC 8410 §7: PrivateKeyInfo of X25519 up to the key. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex');
/** RFC 8410 §4: SubjectPublicKeyInfo of X25519 up to the key. */
const SPKI_PREFIX = Buffer.from('302a300506032b656e032100', 'hex');

/** A private key that can be used but not read back. OpenSSL holds it and wipes it when it is collected. */
export class DhKeyPair {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly #privateKey: KeyObject;

  /**
   * @param privateKey 32 bytes, copied; any value is a valid key (RFC 7748 §5 clamps it).
   * @throws RangeError for another length.
   */
  constructor(privateKey: Uint8Array) {
    if (privateKey.length !== DH_BYTES) throw new RangeError('an X25519 private key has 32 bytes');
    const der = Buffer.concat([PKCS8_PREFIX, privateKey]);
    this.#privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    der.fill(0);
    const spki = createPublicKey(this.#privateKey).export({ format: 'der', type: 'spki' });
    this.publicKey = Uint8Array.from(spki.subarray(SPKI_PREFIX.length));
  }

  /**
   * The shared secret, 32 bytes; the caller wipes it.
   * @throws NoiseError when `publicKey` is a point of low order, whose result would be all zeros.
   */
  agree(publicKey: Uint8Array): Uint8Array {
    const key = Buffer.concat([SPKI_PREFIX, publicKey]);
    try {
      return diffieHellman({
        privateKey: this.#privateKey,
        publicKey: createPublicKey({ key, format: 'der', type: 'spki' }),
      });
    } catch (cause) {
      throw new NoiseError(undefined, { cause });
    }
  }
}
