import { expect, test } from 'vitest';
import { serverPin, subscriptionId } from '#protocol/ids.ts';
import { encodeToken, TOKEN_SECRET_BYTES } from '#protocol/token.ts';
import { activationOf, tokenOfLink } from './activation-link.ts';

const TOKEN = encodeToken({
  server: 'https://relay.example.com',
  pin: serverPin.parse('A'.repeat(43)),
  subscription: subscriptionId.parse('0'.repeat(32)),
  secret: new Uint8Array(TOKEN_SECRET_BYTES),
});

test.each([
  [`causeway://activate?token=${TOKEN}`, true],
  [`causeway://activate/?token=${TOKEN}`, true],
  [`causeway://activate?token=${TOKEN}&x=1`, true],
  [`causeway://activate?token=${TOKEN.slice(0, -2)}`, false],
  [`causeway://forget?token=${TOKEN}`, false],
  [`https://activate?token=${TOKEN}`, false],
  ['causeway://activate', false],
  ['causeway:', false],
  [`causeway://activate?token=${'x'.repeat(10_000)}`, false],
])('%.60s: %s', (link, good) => {
  expect(tokenOfLink(link)).toBe(good ? TOKEN : undefined);
});

test('links and files are found among other words', () => {
  expect(activationOf(['--no-sandbox', '/media/contoso.causeway'], '/media/a')).toEqual({
    file: '/media/contoso.causeway',
  });
  expect(activationOf(['contoso.causeway'], '/media/a')).toEqual({ file: '/media/a/contoso.causeway' });
  expect(activationOf(['.', 'causeway://activate?token=x', 'y.causeway'], '/')).toEqual({
    link: 'causeway://activate?token=x',
  });
  expect(activationOf(['--at-login', '--x.causeway'], '/')).toBeUndefined();
});
