/**
 * The hash functions of Noise (§12.5 to §12.8) and the key derivation made from them (§4.3).
 */
import { blake2b, blake2s } from '@noble/hashes/blake2.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';

/** A hash of @noble/hashes, by its Noise name. */
export const HASHES = { SHA256: sha256, SHA512: sha512, BLAKE2s: blake2s, BLAKE2b: blake2b } as const;

export type NoiseHash = (typeof HASHES)[keyof typeof HASHES];

/**
 * HKDF with two outputs of HASHLEN bytes each (Noise §4.3). The caller wipes them.
 */
export function hkdf2(hash: NoiseHash, chainingKey: Uint8Array, input: Uint8Array): [Uint8Array, Uint8Array] {
  const temporary = hmac(hash, chainingKey, input);
  const first = hmac(hash, temporary, Uint8Array.of(1));
  const second = hmac.create(hash, temporary).update(first).update(Uint8Array.of(2)).digest();
  temporary.fill(0);
  return [first, second];
}
