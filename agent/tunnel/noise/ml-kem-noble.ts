/**
 * ML-KEM-768 (FIPS 203) in JavaScript, for a Node whose OpenSSL has none (before 3.5) or that has another
 * library in its place.
 */
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';
import type { Kem } from './kem.ts';

const SEED_BYTES = 64;
const MESSAGE_BYTES = 32;

export const NOBLE_MLKEM768: Kem = {
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
