import { expect, test } from 'vitest';
import { toBase64url } from '#protocol/encoding.ts';
import { encodeToken } from '#protocol/token.ts';
import { secretsIn, spellingsOf } from './secret-search.ts';

const secret = Uint8Array.from({ length: 20 }, (_, index) => index * 7);
const token = encodeToken({
  server: 'https://relay.example',
  pin: toBase64url(new Uint8Array(32)) as never,
  subscription: '5'.repeat(32) as never,
  secret,
});
const key = toBase64url(Uint8Array.from({ length: 32 }, (_, index) => 255 - index));
const known = [token, key].flatMap(spellingsOf);

test.each([
  ['a token', `up with ${token}`],
  ['a token’s secret alone, in hex', Buffer.from(secret).toString('hex')],
  ['a token’s secret alone, in base64', `"${Buffer.from(secret).toString('base64')}"`],
  ['a key', `{"d":"${key}"}`],
  ['a key in base64', Buffer.from(key, 'base64url').toString('base64')],
  ['somebody’s API key', `Bearer cwk_${'a'.repeat(40)}`],
  ['a grant', 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxMjM0NTY3OCJ9.c2lnbmF0dXJlc2lnbmF0dXJl'],
  ['a PEM', '-----BEGIN PRIVATE KEY-----'],
  ['a cookie', `cookie: __Host-causeway=${'b'.repeat(43)}`],
])('%s is found, and not repeated whole', (_, line) => {
  const [found = '', ...more] = secretsIn(`{"msg":"fine"}\n${'x'.repeat(80)} ${line}\n`, known);
  expect(more.length).toBeLessThan(2);
  expect(found).toMatch(/:/);
  expect(found).not.toContain(line);
});

test('ids, addresses, pins and the secret of the first start are none', () => {
  const text = `{"machine":"${'a'.repeat(32)}","pin":"fKdGqg0zszNf8faYgdowYgFtV4pghWdL7mWZ0zqPBUA","ip":"100.64.1.2"}
    {"event":"first-secret","secret":"cws_DxSimQw1uzhbE1p02I_WoCynVbY"}
    the token begins with cwt1_`;
  expect(secretsIn(text, known)).toEqual([]);
});
