import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Kem } from './kem.ts';
import { nativeMlKem768 } from './ml-kem-native.ts';
import { NOBLE_MLKEM768 } from './ml-kem-noble.ts';

const native = nativeMlKem768();
const skip = native === undefined;
const title = skip ? ' (skipped: this Node has no ML-KEM of its own)' : '';
const random = (bytes: number) => Uint8Array.from(randomBytes(bytes));
const seed = (bytes: number) => Uint8Array.from(createHash('shake256', { outputLength: bytes }).digest());

const implementations: [string, Kem][] = [['JavaScript', NOBLE_MLKEM768]];
if (native !== undefined) implementations.push(['OpenSSL', native]);

describe.each(implementations)('ML-KEM-768 in %s', (_, kem) => {
  it('gives both sides the same secret', () => {
    const { publicKey, privateKey } = kem.generate(random);
    const { ciphertext, output } = kem.encapsulate(publicKey, random);
    expect([publicKey.length, ciphertext.length]).toEqual([kem.publicKeyBytes, kem.ciphertextBytes]);
    expect(output).toHaveLength(32);
    expect(Buffer.from(kem.decapsulate(privateKey, ciphertext))).toEqual(Buffer.from(output));
  });

  it('is new each time', () => {
    const { publicKey } = kem.generate(random);
    const [one, other] = [kem.encapsulate(publicKey, random), kem.encapsulate(publicKey, random)];
    expect(Buffer.from(one.output)).not.toEqual(Buffer.from(other.output));
  });

  it('gives another secret for a forged ciphertext, and says nothing', () => {
    const { publicKey, privateKey } = kem.generate(random);
    const { ciphertext, output } = kem.encapsulate(publicKey, random);
    const forged = Uint8Array.from(ciphertext, (byte, at) => (at === 7 ? byte ^ 1 : byte));
    expect(Buffer.from(kem.decapsulate(privateKey, forged))).not.toEqual(Buffer.from(output));
  });

  it.each([
    ['a coefficient that is no residue (FIPS 203 §7.2)', new Uint8Array(1_184).fill(0xff)],
    ['another length', new Uint8Array(1_183)],
    ['no bytes', new Uint8Array(0)],
  ])('refuses a public key with %s', (_name, publicKey) => {
    expect(() => kem.encapsulate(publicKey, random)).toThrow();
  });

  it('refuses a ciphertext of another length', () => {
    const { privateKey } = kem.generate(random);
    expect(() => kem.decapsulate(privateKey, new Uint8Array(1_087))).toThrow();
  });
});

describe.skipIf(skip)(`ML-KEM-768 in OpenSSL and in JavaScript${title}`, () => {
  const pairs = implementations.flatMap(([ours, own]) =>
    implementations.map(([theirs, other]): [string, string, Kem, Kem] => [ours, theirs, own, other]),
  );

  it('makes the same key of the same seed', () => {
    const keys = implementations.map(([, kem]) => Buffer.from(kem.generate(seed).publicKey));
    expect(keys[0]).toEqual(keys[1]);
  });

  it.each(pairs)('%s opens what %s sealed', (_ours, _theirs, own, other) => {
    for (let time = 0; time < 20; time++) {
      const { publicKey, privateKey } = own.generate(random);
      const { ciphertext, output } = other.encapsulate(publicKey, random);
      expect(Buffer.from(own.decapsulate(privateKey, ciphertext))).toEqual(Buffer.from(output));
    }
  });

  it('gives the same unrelated secret for the same forged ciphertext', () => {
    const forged = random(1_088);
    const secrets = implementations.map(([, kem]) =>
      Buffer.from(kem.decapsulate(kem.generate(seed).privateKey, forged)),
    );
    expect(secrets[0]).toEqual(secrets[1]);
  });
});
