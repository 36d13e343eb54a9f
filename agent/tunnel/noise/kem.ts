/**
 * The KEM of the hybrid forward secrecy extension (noise_hfs §3): ML-KEM-768 (FIPS 203). An attacker has
 * to break it and X25519 both.
 */
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';
import type { RandomBytes } from './random.ts';

export interface Kem {
  readonly publicKeyBytes: number;
  readonly ciphertextBytes: number;
  generate(random: RandomBytes): KemKeyPair;
  /** @throws when `publicKey` is no valid key (FIPS 203 §7.2). */
  encapsulate(publicKey: Uint8Array, random: RandomBytes): { ciphertext: Uint8Array; output: Uint8Array };
  /** Never fails for a ciphertext of the right length: a forged one gives an unrelated output (implicit rejection). */
  decapsulate(privateKey: Uint8Array, ciphertext: Uint8Array): Uint8Array;
}

export interface KemKeyPair {
  readonly publicKey: Uint8Array;
  /** Whoever holds the pair wipes this. */
  readonly privateKey: Uint8Array;
}

const SEED_BYTES = 64;
const MESSAGE_BYTES = 32;

export const MLKEM768: Kem = {
  publicKeyBytes: 1_184,
  ciphertextBytes: 1_088,
  generate(random) {
    const seed = random(SEED_BYTES);
    const { publicKey, secretKey } = ml_kem768.keygen(seed);
    seed.fill(0);
    return { publicKey, privateKey: secretKey };
  },
  encapsulate(publicKey, random) {
    const message = random(MESSAGE_BYTES);
    const { cipherText, sharedSecret } = ml_kem768.encapsulate(publicKey, message);
    message.fill(0);
    return { ciphertext: cipherText, output: sharedSecret };
  },
  decapsulate: (privateKey, ciphertext) => ml_kem768.decapsulate(ciphertext, privateKey),
};
