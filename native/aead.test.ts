import { createCipheriv, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type AeadName, nativeAead } from './aead.ts';

const NAMES: readonly AeadName[] = ['aes-256-gcm', 'chacha20-poly1305'];
const KEY = randomBytes(32);
const NONCE = randomBytes(12);

function aeadOf(name: AeadName) {
  const aead = nativeAead(name);
  if (aead === undefined) throw new Error('Node exports no OpenSSL');
  return aead;
}

describe.each(NAMES)('%s of the running program', (name) => {
  it('is there, and one key serves many messages in any order of nonces', () => {
    using sealing = aeadOf(name).sealingKey(KEY);
    using opening = aeadOf(name).openingKey(KEY);
    for (const length of [0, 1, 16, 17, 1_400, 66_560]) {
      const nonce = randomBytes(12);
      const plaintext = randomBytes(length);
      const cipher = createCipheriv(name as 'aes-256-gcm', KEY, nonce, { authTagLength: 16 });
      const expected = Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
      const sealed = new Uint8Array(length + 16);
      sealing.seal(nonce, plaintext, undefined, sealed, 0);
      expect(expected.equals(sealed)).toBe(true);
      const opened = new Uint8Array(length);
      expect(opening.open(nonce, sealed, opened)).toBe(true);
      expect(plaintext.equals(opened)).toBe(true);
    }
  });

  it('leaves nothing of a forged message, nor of its failure', () => {
    using sealing = aeadOf(name).sealingKey(KEY);
    using opening = aeadOf(name).openingKey(KEY);
    const sealed = new Uint8Array(100 + 16);
    sealing.seal(NONCE, randomBytes(100), undefined, sealed, 0);
    sealed[0] = (sealed[0] as number) ^ 1;
    const opened = new Uint8Array(200).fill(7);
    expect(opening.open(NONCE, sealed, opened)).toBe(false);
    expect([...opened]).toEqual([...new Uint8Array(100), ...new Uint8Array(100).fill(7)]);
    sealed[0] = (sealed[0] as number) ^ 1;
    expect(opening.open(NONCE, sealed, opened)).toBe(true);
  });

  it('never writes beyond what it was given', () => {
    using sealing = aeadOf(name).sealingKey(KEY);
    using opening = aeadOf(name).openingKey(KEY);
    const target = new Uint8Array(40);
    expect(() => sealing.seal(NONCE, new Uint8Array(10), new Uint8Array(10), target, 5)).toThrow(RangeError);
    expect(() => sealing.seal(NONCE, new Uint8Array(10), undefined, target, -1)).toThrow(RangeError);
    expect(() => sealing.seal(new Uint8Array(11), new Uint8Array(10), undefined, target, 0)).toThrow(RangeError);
    expect(() => opening.open(NONCE, new Uint8Array(57), target)).toThrow(RangeError);
    expect(opening.open(NONCE, new Uint8Array(15), target)).toBe(false);
    expect(target).toEqual(new Uint8Array(40));
    expect(() => aeadOf(name).sealingKey(new Uint8Array(31))).toThrow(RangeError);
  });

  it('does nothing more once disposed of', () => {
    const sealing = aeadOf(name).sealingKey(KEY);
    sealing[Symbol.dispose]();
    sealing[Symbol.dispose]();
    expect(() => sealing.seal(NONCE, new Uint8Array(1), undefined, new Uint8Array(17), 0)).toThrow('disposed');
  });
});
