import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { toHex } from '#protocol/encoding.ts';
import { systemRandom } from '../random.ts';
import { operatorIdentity, ownIdentity, pinOf } from './certificate.ts';
import { generalizedTime, integer, objectIdentifier, octetString } from './der.ts';
import { grantKey } from './grant-key.ts';

const NOW = Date.UTC(2026, 0, 15);
const YEAR_MS = 365 * 86_400_000;

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'causeway-relay-test-'));
});
afterEach(() => rm(directory, { recursive: true }));

describe('the self-made certificate', () => {
  test('is signed by its key and names the hosts', async () => {
    const identity = await ownIdentity(directory, ['relay.example', '192.0.2.7', '2001:db8::7'], NOW, systemRandom);
    const certificate = new X509Certificate(identity.certificate);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(identity.key))).toBe(true);
    expect(certificate.checkHost('relay.example')).toBe('relay.example');
    expect(certificate.checkHost('other.example')).toBeUndefined();
    expect(certificate.checkIP('192.0.2.7')).toBe('192.0.2.7');
    expect(certificate.checkIP('2001:db8::7')).toBeDefined();
    expect(certificate.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
    expect(certificate.validFromDate.getTime()).toBeLessThan(NOW);
    expect(certificate.validToDate.getTime()).toBeGreaterThan(NOW + 9 * YEAR_MS);
    expect(pinOf(certificate.publicKey)).toBe(identity.pin);
  });

  test('stays while it is good, and is renewed with the same key before it ends', async () => {
    const make = (host: string, now: number) => ownIdentity(directory, [host], now, systemRandom);
    const first = await make('relay.example', NOW);
    expect(await make('relay.example', NOW + YEAR_MS)).toEqual(first);
    for (const changed of [await make('relay.example', NOW + 9.5 * YEAR_MS), await make('renamed.example', NOW)]) {
      expect(changed.certificate).not.toBe(first.certificate);
      expect([changed.key, changed.pin]).toEqual([first.key, first.pin]);
    }
    await writeFile(join(directory, 'tls-certificate.pem'), 'damaged');
    expect((await make('relay.example', NOW)).pin).toBe(first.pin);
  });

  test('has a valid serial number and form whatever the random bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 20 }), (bytes) => {
        const encoded = integer(bytes);
        const value = encoded.subarray(2);
        // Positive, and not one byte longer than it must be (X.690 §8.3).
        expect((value[0] ?? 0) & 0x80).toBe(0);
        expect(value.length > 1 && value[0] === 0 && ((value[1] ?? 0) & 0x80) === 0).toBe(false);
        expect(BigInt(`0x${toHex(value)}`)).toBe(BigInt(`0x${toHex(bytes)}`));
      }),
    );
  });
});

test('DER: known encodings', () => {
  expect(toHex(objectIdentifier('1.2.840.10045.4.3.2'))).toBe('06082a8648ce3d040302');
  expect(toHex(objectIdentifier('2.5.29.17'))).toBe('0603551d11');
  expect(toHex(integer(Uint8Array.of(0)))).toBe('020100');
  expect(toHex(integer(Uint8Array.of(0, 0x80)))).toBe('02020080');
  expect(Buffer.from(generalizedTime(new Date(NOW))).toString('latin1', 2)).toBe('20260115000000Z');
  expect(toHex(octetString(new Uint8Array(200)).subarray(0, 3))).toBe('0481c8');
  expect(toHex(octetString(new Uint8Array(300)).subarray(0, 4))).toBe('0482012c');
});

describe('the operator’s certificate', () => {
  test('is used if key and certificate belong together', async () => {
    const { certificate, key, pin } = await ownIdentity(directory, ['relay.example'], NOW, systemRandom);
    const path = (name: string) => join(directory, name);
    const use = () => operatorIdentity(path('cert.pem'), path('key.pem'));
    await expect(use()).rejects.toMatchObject({ code: 'CERTIFICATE_UNUSABLE' });
    await writeFile(path('cert.pem'), certificate);
    await writeFile(path('key.pem'), key);
    expect(await use()).toEqual({ certificate, key, pin });
    const other = await mkdtemp(join(tmpdir(), 'causeway-relay-test-'));
    const stranger = await ownIdentity(other, ['relay.example'], NOW, systemRandom);
    await rm(other, { recursive: true });
    for (const [file, wrong] of [
      ['key.pem', stranger.key],
      ['key.pem', 'nonsense'],
      ['cert.pem', 'nonsense'],
    ] as const) {
      const whole = await readFile(path(file));
      await writeFile(path(file), wrong);
      await expect(use()).rejects.toMatchObject({ code: 'CERTIFICATE_UNUSABLE' });
      await writeFile(path(file), whole);
    }
  });
});

test('the grant key is made once', async () => {
  const first = await grantKey(directory);
  const second = await grantKey(directory);
  expect(second.publicText).toBe(first.publicText);
  expect(first.privateKey.extractable).toBe(false);
  expect(first.privateKey.usages).toEqual(['sign']);
});
