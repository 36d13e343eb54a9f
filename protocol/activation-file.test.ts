import { expect, test } from 'vitest';
import { tokenOfFile } from './activation-file.ts';
import { serverPin, subscriptionId } from './ids.ts';
import { encodeToken, TOKEN_SECRET_BYTES } from './token.ts';

const TOKEN = encodeToken({
  server: 'https://relay.example.com',
  pin: serverPin.parse('A'.repeat(43)),
  subscription: subscriptionId.parse('0'.repeat(32)),
  secret: new Uint8Array(TOKEN_SECRET_BYTES),
});

test('a file has the token on a line of its own', () => {
  expect(tokenOfFile(`# For the laptops of contoso\r\n\r\n  ${TOKEN}\r\n`)).toBe(TOKEN);
  expect(tokenOfFile('# nothing')).toBeUndefined();
  expect(tokenOfFile('nonsense')).toBeUndefined();
});
