import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '#protocol/encoding.ts';
import { DhKeyPair } from './dh.ts';
import { NoiseError } from './noise-error.ts';

describe('X25519', () => {
  it('agrees as in RFC 7748 §6.1', () => {
    const alice = new DhKeyPair(fromHex(ALICE));
    const bob = new DhKeyPair(fromHex(BOB));
    expect(toHex(alice.publicKey)).toBe('8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a');
    expect(toHex(bob.publicKey)).toBe('de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f');
    const shared = '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742';
    expect(toHex(alice.agree(bob.publicKey))).toBe(shared);
    expect(toHex(bob.agree(alice.publicKey))).toBe(shared);
  });

  it.each([
    ['zero', '00'.repeat(32)],
    ['one', `01${'00'.repeat(31)}`],
    ['of order 8', 'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800'],
    ['p', `ed${'ff'.repeat(30)}7f`],
  ])('refuses the point %s', (_name, point) => {
    expect(() => new DhKeyPair(fromHex(ALICE)).agree(fromHex(point))).toThrow(NoiseError);
  });

  it('refuses keys of another length', () => {
    expect(() => new DhKeyPair(new Uint8Array(31))).toThrow(RangeError);
    expect(() => new DhKeyPair(fromHex(ALICE)).agree(new Uint8Array(33))).toThrow(NoiseError);
  });
});

const ALICE = '77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a';
const BOB = '5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb';
