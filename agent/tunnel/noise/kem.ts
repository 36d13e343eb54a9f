/**
 * The KEM of the hybrid forward secrecy extension (noise_hfs §3): ML-KEM-768 (FIPS 203). An attacker has
 * to break it and X25519 both.
 */
import { nativeMlKem768 } from './ml-kem-native.ts';
import { NOBLE_MLKEM768 } from './ml-kem-noble.ts';
import type { RandomBytes } from './random.ts';

export interface Kem {
  readonly publicKeyBytes: number;
  readonly ciphertextBytes: number;
  generate(random: RandomBytes): KemKeyPair;
  /**
   * @param random for what an implementation does not draw from a secure source of its own
   * @throws when `publicKey` is no valid key (FIPS 203 §7.2).
   */
  encapsulate(publicKey: Uint8Array, random: RandomBytes): { ciphertext: Uint8Array; output: Uint8Array };
  /** Never fails for a ciphertext of the right length: a forged one gives an unrelated output (implicit rejection). */
  decapsulate(privateKey: Uint8Array, ciphertext: Uint8Array): Uint8Array;
}

export interface KemKeyPair {
  readonly publicKey: Uint8Array;
  /** Good only for the implementation that made it. Whoever holds the pair wipes this. */
  readonly privateKey: Uint8Array;
}

/** OpenSSL's where there is one: it takes a sixth of the time. */
export const MLKEM768: Kem = nativeMlKem768() ?? NOBLE_MLKEM768;
