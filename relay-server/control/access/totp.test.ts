import { expect, test } from 'vitest';
import { systemRandom } from '../../random.ts';
import { newTotpSecret, totpBase32, totpCode, totpStep, totpUri } from './totp.ts';

/** The secret of RFC 4226 appendix D and RFC 6238 appendix B. */
const SECRET = Buffer.from('12345678901234567890').toString('base64url');

test('RFC 4226, appendix D', () => {
  const codes = '755224 287082 359152 969429 338314 254676 287922 162583 399871 520489'.split(' ');
  expect(codes.map((_code, step) => totpCode(SECRET, step))).toEqual(codes);
});

test.each([
  [59, '94287082'],
  [1_111_111_109, '07081804'],
  [1_111_111_111, '14050471'],
  [1_234_567_890, '89005924'],
  [2_000_000_000, '69279037'],
  [20_000_000_000, '65353130'],
])('RFC 6238, appendix B, at %i s (its last six digits)', (seconds, code) => {
  expect(totpCode(SECRET, Math.floor(seconds / 30))).toBe(code.slice(2));
  expect(totpStep(SECRET, code.slice(2), seconds * 1000, -1)).toBe(Math.floor(seconds / 30));
});

test('a step to either side is taken, each once, none further away', () => {
  const now = 1_700_000_010_000;
  const present = Math.floor(now / 30_000);
  for (const apart of [-1, 0, 1]) {
    const code = totpCode(SECRET, present + apart);
    expect(totpStep(SECRET, code, now, present - 10)).toBe(present + apart);
    expect(totpStep(SECRET, code, now, present + apart)).toBeUndefined();
  }
  for (const apart of [-2, 2]) expect(totpStep(SECRET, totpCode(SECRET, present + apart), now, 0)).toBeUndefined();
  for (const wrong of ['', '1', '0000000', 'abcdef']) expect(totpStep(SECRET, wrong, now, 0)).toBeUndefined();
});

test('secrets are shown as authenticators take them', () => {
  expect(totpBase32(SECRET)).toBe('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
  expect(totpBase32(Buffer.from('foobar').toString('base64url'))).toBe('MZXW6YTBOI');
  expect(totpBase32(newTotpSecret(systemRandom))).toMatch(/^[A-Z2-7]{32}$/);
  const uri = new URL(totpUri(SECRET, 'relay.example', 'ada@example.com'));
  expect(uri.searchParams.get('secret')).toBe(totpBase32(SECRET));
  expect(uri.searchParams.get('issuer')).toBe('Causeway relay.example');
  expect(decodeURIComponent(uri.pathname)).toContain('ada@example.com');
});
