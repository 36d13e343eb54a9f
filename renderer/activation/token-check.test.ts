import { expect, it } from 'vitest';
import { serverPin, subscriptionId } from '#protocol/ids.ts';
import { encodeToken, TOKEN_SECRET_BYTES } from '#protocol/token.ts';
import { checkToken } from './token-check.ts';

const TOKEN = encodeToken({
  server: 'https://relay.contoso.example',
  pin: serverPin.parse('A'.repeat(43)),
  subscription: subscriptionId.parse('0'.repeat(32)),
  secret: new Uint8Array(TOKEN_SECRET_BYTES),
});

it('knows a whole token, with the line breaks of a letter in it', () => {
  const good = { is: 'good', token: TOKEN, server: 'https://relay.contoso.example' };
  expect(checkToken(TOKEN)).toEqual(good);
  expect(checkToken(`  ${TOKEN.slice(0, 50)}\r\n ${TOKEN.slice(50)}\n`)).toEqual(good);
});

it.each([
  ['nothing', ' \n', 'empty'],
  ['the first letters', 'cwt', 'begun'],
  ['the beginning of one', TOKEN.slice(0, 60), 'begun'],
  ['another text', 'hello', 'no-token'],
  ['a link', `https://relay.example/install/${TOKEN}`, 'no-token'],
  ['one without its last letters', TOKEN.slice(0, -3), 'mistyped'],
  ['one with a letter more', `${TOKEN}x`, 'mistyped'],
  ['one with a letter that none has', `${TOKEN.slice(0, 30)}!`, 'mistyped'],
  ['one with another letter', TOKEN.replace(/A{4}/, 'AABA'), 'mistyped'],
])('says of %s', (_what, text, is) => expect(checkToken(text).is).toBe(is));
