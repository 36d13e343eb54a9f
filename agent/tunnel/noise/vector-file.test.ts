import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseVectorFile, runVector, type Vector } from './vector-file.ts';

const vectors = parseVectorFile(readFileSync(new URL('./vectors/noise-ik.json', import.meta.url), 'utf8'));

describe('published Noise vectors', () => {
  it.each(vectors.map((vector) => [vector.protocol_name, vector] as const))('%s', (name, vector) => {
    expect(runVector(vector)).toEqual({ result: 'passed', name, messages: 6 });
  });

  it('covers the four suites of IK', () => {
    expect(vectors).toHaveLength(4);
  });
});

describe('the runner itself', () => {
  const [vector] = vectors as [Vector];

  it.each([
    ['ciphertext', { messages: [{ payload: new Uint8Array(1), ciphertext: new Uint8Array(97) }] }],
    ['handshake hash', { handshake_hash: new Uint8Array(32) }],
    ['init_static', { init_static: undefined }],
  ])('fails when the %s is not right', (what, change) => {
    expect(runVector({ ...vector, ...change })).toMatchObject({
      result: 'failed',
      why: expect.stringContaining(what),
    });
  });

  it.each([
    ['Noise_XX_25519_AESGCM_SHA256', 'pattern XX not implemented'],
    ['Noise_IK_448_AESGCM_SHA256', 'DH 448 not implemented'],
    ['Noise_IK_25519_AESGCM_MD5', 'hash MD5 not implemented'],
    ['Noise_IKhfs_25519+Kyber1024_AESGCM_SHA256', 'KEM Kyber1024 not implemented'],
    ['Noise_IKhfs_25519_AESGCM_SHA256', 'pattern IKhfs with DH 25519 not implemented'],
    ['Noise_IKpsk1_25519_AESGCM_SHA256', 'pattern IKpsk1 not implemented'],
    ['Noise_constructor_25519_AESGCM_SHA256', 'pattern constructor not implemented'],
  ])('skips %s', (name, why) => {
    expect(runVector({ ...vector, protocol_name: name })).toEqual({ result: 'skipped', name, why });
  });

  it('refuses what is no vector file', () => {
    expect(() => parseVectorFile('{"vectors": [{"protocol_name": "x", "messages": []}]}')).toThrow();
    expect(() => parseVectorFile('{}')).toThrow();
  });
});
