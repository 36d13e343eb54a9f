import { expect, test } from 'vitest';
import { maskedToken, partsOfLink, tokenBehind, withToken } from './commands.ts';

const TOKEN = `cwt1_${'aZ0-_'.repeat(24)}`;

test('the token is read from behind the #', () => {
  expect(tokenBehind(`#${TOKEN}`)).toBe(TOKEN);
  expect(tokenBehind(TOKEN)).toBe(TOKEN);
});

test.each([
  '',
  '#',
  '#cwt1_',
  `#${TOKEN.slice(0, 90)}`,
  `#${TOKEN}'; rm -rf ~; '`,
  `#${TOKEN}$(id)`,
  `#x${TOKEN}`,
  '#{token}',
])('what is no token is none: %s', (hash) => {
  expect(tokenBehind(hash)).toBeUndefined();
});

test('the token goes where the server left a place for it, and means nothing to replace()', () => {
  expect(withToken("sh -s -- '{token}'", 'cwt1_$&')).toBe("sh -s -- 'cwt1_$&'");
});

test('a masked token tells nothing but its beginning', () => {
  expect(maskedToken(TOKEN)).not.toContain(TOKEN.slice(0, 8));
});

test('a link has a name and a token', () => {
  expect(partsOfLink(`https://relay.example/install/abc#${TOKEN}`)).toEqual({ link: 'abc', token: TOKEN });
});
