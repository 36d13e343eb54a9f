import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { equalBytes, toHex } from '#protocol/encoding.ts';
import { CIPHER_BIT, type DataCipher, TAG_BYTES } from '#protocol/tunnel-messages.ts';
import {
  chooseCipher,
  cipherBits,
  type DataKey,
  type Direction,
  dataKey,
  NobleChaChaKey,
  NodeKey,
  suitableCiphers,
} from './cipher.ts';
import { CIPHERS } from './noise/aead.ts';

const secret = () => Uint8Array.from({ length: 32 }, (_, at) => at);
const KINDS: readonly [string, (direction: Direction) => DataKey, keyof typeof CIPHERS][] = [
  ['aes-256-gcm', (direction) => dataKey('aes-256-gcm', secret(), direction), 'AESGCM'],
  ['aes-256-gcm by node:crypto', () => new NodeKey('aes-256-gcm', secret()), 'AESGCM'],
  ['chacha20-poly1305', (direction) => dataKey('chacha20-poly1305', secret(), direction), 'ChaChaPoly'],
  ['chacha20-poly1305 by node:crypto', () => new NodeKey('chacha20-poly1305', secret()), 'ChaChaPoly'],
  ['chacha20-poly1305 by noble', () => new NobleChaChaKey(secret()), 'ChaChaPoly'],
];

function seal(key: DataKey, counter: number, first: Uint8Array, second?: Uint8Array): Uint8Array {
  const target = new Uint8Array(first.length + (second?.length ?? 0) + TAG_BYTES);
  key.seal(counter, first, second, target, 0);
  return target;
}

function open(key: DataKey, counter: number, sealed: Uint8Array): Uint8Array | undefined {
  const target = new Uint8Array(sealed.length);
  const length = key.open(counter, sealed, target);
  return length === undefined ? undefined : target.subarray(0, length);
}

describe.each(KINDS)('%s', (_name, make, noiseName) => {
  it('is the Noise cipher with the same counter, in one part or two', () => {
    for (const [counter, length] of [
      [0, 0],
      [1, 1],
      [2, 15],
      [255, 16],
      [256, 4_000],
      [2 ** 32 - 1, 100],
    ] as const) {
      const plaintext = randomBytes(length);
      const expected = CIPHERS[noiseName].encrypt(secret(), counter, new Uint8Array(0), plaintext);
      expect(equalBytes(seal(make('seal'), counter, plaintext), expected)).toBe(true);
      const [first, second] = [plaintext.subarray(0, length >> 1), plaintext.subarray(length >> 1)];
      expect(equalBytes(seal(make('seal'), counter, first, second), expected)).toBe(true);
      expect(equalBytes(open(make('open'), counter, expected) ?? new Uint8Array(1), plaintext)).toBe(true);
    }
  });

  it('refuses every flipped byte, another counter, and what is too short', () => {
    const sealed = seal(make('seal'), 7, randomBytes(40));
    for (let at = 0; at < sealed.length; at++) {
      const changed = Uint8Array.from(sealed);
      changed[at] = (changed[at] as number) ^ 0x80;
      expect(open(make('open'), 7, changed)).toBeUndefined();
    }
    expect(open(make('open'), 8, sealed)).toBeUndefined();
    for (let length = 0; length < sealed.length; length++) {
      expect(open(make('open'), 7, sealed.subarray(0, length))).toBeUndefined();
    }
  });

  it('writes only where it is told to', () => {
    const target = new Uint8Array(50).fill(0xee);
    make('seal').seal(0, new Uint8Array(10), undefined, target, 5);
    expect(toHex(target.subarray(0, 5)) + toHex(target.subarray(31))).toBe('ee'.repeat(5 + 19));
  });
});

it('wipes the key it is given', () => {
  for (const cipher of Object.keys(CIPHER_BIT) as DataCipher[]) {
    const key = secret();
    dataKey(cipher, key, 'seal');
    expect(key).toEqual(new Uint8Array(32));
  }
});

describe('the choice of cipher', () => {
  const [chacha, aes] = [CIPHER_BIT['chacha20-poly1305'], CIPHER_BIT['aes-256-gcm']];
  it.each([
    [aes | chacha, aes | chacha, 'aes-256-gcm'],
    [aes | chacha, chacha, 'chacha20-poly1305'],
    [aes, aes | chacha, 'aes-256-gcm'],
    [aes, chacha, undefined],
    [0, aes, undefined],
    [aes | chacha, 0xfc, undefined],
  ])('of %i and %i is %s', (ours, theirs, chosen) => {
    expect(chooseCipher(ours, theirs)).toBe(chosen);
  });

  it('offers AES only where the CPU has it', () => {
    expect(suitableCiphers('x64', 'fpu sse2 aes avx')).toEqual(['aes-256-gcm', 'chacha20-poly1305']);
    expect(suitableCiphers('x64', 'fpu sse2 vaes_ni')).toEqual(['chacha20-poly1305']);
    expect(suitableCiphers('arm', undefined)).toEqual(['chacha20-poly1305']);
    expect(suitableCiphers('arm64')).toEqual(['aes-256-gcm', 'chacha20-poly1305']);
    expect(cipherBits(['aes-256-gcm', 'chacha20-poly1305'])).toBe(aes | chacha);
  });
});
