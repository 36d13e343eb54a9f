import { generateKeyPair } from 'jose';
import { expect, test } from 'vitest';
import { isLater, isOffered, type Release, signRelease, verifyRelease } from './release.ts';

const RELEASE: Release = {
  iat: 1_700_000_000,
  version: '1.2.3',
  rollout: 100,
  files: [
    {
      os: 'linux',
      architecture: 'x64',
      kind: 'deb',
      file: 'causeway-agent-linux-x64.deb',
      bytes: 1,
      sha256: 'ab'.repeat(32),
    },
  ],
};
const pair = () => generateKeyPair('EdDSA', { crv: 'Ed25519' });

test('a release is what was signed, by the key that it has to be signed by', async () => {
  const [ours, other] = [await pair(), await pair()];
  const text = await signRelease(RELEASE, ours.privateKey);
  expect(await verifyRelease(text, ours.publicKey, Date.now())).toEqual(RELEASE);
  const [head, body, signature] = text.split('.') as [string, string, string];
  const changed = Buffer.from(Buffer.from(body, 'base64url').toString().replace('1.2.3', '9.2.3')).toString(
    'base64url',
  );
  for (const bad of [[head, changed, signature].join('.'), `${text}x`, '', 'x'.repeat(100_000)]) {
    await expect(verifyRelease(bad, ours.publicKey, Date.now())).rejects.toMatchObject({ code: 'RELEASE_FORGED' });
  }
  await expect(verifyRelease(text, other.publicKey, Date.now())).rejects.toMatchObject({ code: 'RELEASE_FORGED' });
});

test.each([
  ['1.2.4', '1.2.3', true],
  ['1.10.0', '1.9.9', true],
  ['2.0.0', '1.99.99', true],
  ['1.2.3', '1.2.3', false],
  ['1.2.2', '1.2.3', false],
  ['0.9.9', '1.0.0', false],
  ['1.2.3-rc1', '1.2.2', false],
])('%s is later than %s: %s', (version, than, later) => {
  expect(isLater(version, than)).toBe(later);
});

test('of many machines so many in a hundred are told, and more include those before', () => {
  const machines = Array.from({ length: 5_000 }, (_, index) => index.toString(16).padStart(32, '0'));
  const told = (rollout: number, version = '1.2.3') =>
    machines.filter((machine) => isOffered({ version, rollout }, machine));
  expect(told(0)).toEqual([]);
  expect(told(100)).toEqual(machines);
  const tenth = told(10);
  expect(tenth.length).toBeGreaterThan(400);
  expect(tenth.length).toBeLessThan(600);
  const half = new Set(told(50));
  expect(tenth.every((machine) => half.has(machine))).toBe(true);
  expect(told(10, '1.2.4')).not.toEqual(tenth);
});
