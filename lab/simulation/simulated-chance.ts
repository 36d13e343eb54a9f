/**
 * Randomness and signatures without chance: every random byte comes from the seed, and signatures, which
 * Node computes on other threads and so ends in any order, are computed on the spot. One thing keeps its own
 * randomness: OpenSSL's ML-KEM draws inside an encapsulation, so ciphertexts differ between runs of one seed.
 * Their lengths, and all that is decided, do not.
 */
import crypto, { KeyObject } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import type { SeededRandom } from '../population/seeded-random.ts';

type Bytes = NodeJS.ArrayBufferView | ArrayBuffer;

/** @returns what undoes it */
export function installChance(random: SeededRandom): () => void {
  const subtle = globalThis.crypto.subtle;
  const real = { randomBytes: crypto.randomBytes, random: Math.random };
  crypto.randomBytes = ((bytes: number) => Buffer.from(random.bytes(bytes))) as typeof crypto.randomBytes;
  syncBuiltinESMExports();
  Math.random = () => random.fraction();
  Object.assign(subtle, {
    sign: async (_algorithm: unknown, key: CryptoKey, data: Bytes) =>
      arrayBufferOf(crypto.sign(null, viewOf(data), KeyObject.from(key))),
    verify: async (_algorithm: unknown, key: CryptoKey, signature: Bytes, data: Bytes) =>
      crypto.verify(null, viewOf(data), KeyObject.from(key), viewOf(signature)),
  });
  return () => {
    crypto.randomBytes = real.randomBytes;
    syncBuiltinESMExports();
    Math.random = real.random;
    // Those of the prototype are there again.
    Reflect.deleteProperty(subtle, 'sign');
    Reflect.deleteProperty(subtle, 'verify');
  };
}

function viewOf(bytes: Bytes): NodeJS.ArrayBufferView {
  return ArrayBuffer.isView(bytes) ? bytes : new Uint8Array(bytes);
}

function arrayBufferOf(bytes: Buffer): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}
