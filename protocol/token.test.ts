import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex, toBase64url, toHex } from './encoding.ts';
import { isRefusal } from './errors.ts';
import { serverPin, subscriptionId } from './ids.ts';
import { LIMITS } from './limits.ts';
import { type ActivationToken, decodeToken, encodeToken, TOKEN_SECRET_BYTES } from './token.ts';

const GOLDEN: ActivationToken = {
  server: 'https://relay.example.com:8443',
  pin: serverPin.parse(toBase64url(fromHex('a0'.repeat(32)))),
  subscription: subscriptionId.parse('000102030405060708090a0b0c0d0e0f'),
  secret: fromHex('5e'.repeat(TOKEN_SECRET_BYTES)),
};
const GOLDEN_TEXT =
  'cwt1_AQABAgMEBQYHCAkKCwwNDg9eXl5eXl5eXl5eXl5eXl5eXl5eXqCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgaHR0cHM6Ly9yZWxheS5leGFtcGxlLmNvbTo4NDQzeicXww';

const anyToken: fc.Arbitrary<ActivationToken> = fc.record({
  server: fc
    .tuple(fc.domain(), fc.option(fc.integer({ min: 1, max: 65_535 }).filter((port) => port !== 443)))
    .map(([host, port]) => new URL(`https://${host}${port === null ? '' : `:${port}`}`).origin),
  pin: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => serverPin.parse(toBase64url(bytes))),
  subscription: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => subscriptionId.parse(toHex(bytes))),
  secret: fc.uint8Array({ minLength: TOKEN_SECRET_BYTES, maxLength: TOKEN_SECRET_BYTES }),
});

test('the golden token', () => {
  expect(encodeToken(GOLDEN)).toBe(GOLDEN_TEXT);
  expect(decodeToken(GOLDEN_TEXT)).toEqual(GOLDEN);
});

test('round trip', () => {
  fc.assert(
    fc.property(anyToken, (token) => {
      expect(decodeToken(encodeToken(token))).toEqual(token);
    }),
  );
});

test.each(['https://192.0.2.1', 'https://[2001:db8::1]:8443', 'https://xn--bcher-kva.example'])(
  'the server may be %s',
  (server) => {
    expect(decodeToken(encodeToken({ ...GOLDEN, server })).server).toBe(server);
  },
);

describe('is refused as mistyped:', () => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/.';

  test('every change of one character', () => {
    for (let at = 0; at < GOLDEN_TEXT.length; at++) {
      for (const character of alphabet) {
        if (character !== GOLDEN_TEXT[at]) refuse(GOLDEN_TEXT.slice(0, at) + character + GOLDEN_TEXT.slice(at + 1));
      }
    }
  });

  test('every two neighbours changed over', () => {
    for (let at = 1; at < GOLDEN_TEXT.length; at++) {
      const swapped = `${GOLDEN_TEXT.slice(0, at - 1)}${GOLDEN_TEXT[at]}${GOLDEN_TEXT[at - 1]}${GOLDEN_TEXT.slice(at + 1)}`;
      if (swapped !== GOLDEN_TEXT) refuse(swapped);
    }
  });

  test('every beginning and every end of it', () => {
    for (let length = 0; length < GOLDEN_TEXT.length; length++) {
      refuse(GOLDEN_TEXT.slice(0, length));
      refuse(GOLDEN_TEXT.slice(GOLDEN_TEXT.length - length));
    }
  });

  test('one character left out, or typed twice', () => {
    for (let at = 0; at < GOLDEN_TEXT.length; at++) {
      refuse(GOLDEN_TEXT.slice(0, at) + GOLDEN_TEXT.slice(at + 1));
      refuse(GOLDEN_TEXT.slice(0, at) + GOLDEN_TEXT[at] + GOLDEN_TEXT.slice(at));
    }
  });

  test('any other text, of any length', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 600 }), (text) => refuse(text)));
    fc.assert(fc.property(fc.base64String({ maxLength: 600 }), (text) => refuse(`cwt1_${text}`)));
    refuse(`cwt1_${'A'.repeat(LIMITS.TOKEN_MAX_CHARACTERS.value)}`);
    refuse(' '.repeat(1_000_000));
  });
});

test('white space and line breaks from copying are forgiven', () => {
  expect(decodeToken(`\n  ${GOLDEN_TEXT.slice(0, 60)}\r\n${GOLDEN_TEXT.slice(60)}\t`)).toEqual(GOLDEN);
});

describe('is never made of', () => {
  test.each([
    'http://relay.example.com',
    'https://relay.example.com/',
    'https://relay.example.com/path',
    'https://relay.example.com:443',
    'https://user@relay.example.com',
    'https://Relay.example.com',
    'relay.example.com',
    '',
  ])('the server %j', (server) => {
    expect(() => encodeToken({ ...GOLDEN, server })).toThrow(RangeError);
  });

  test('a server too long to be read back', () => {
    const longest = `https://${`${'a'.repeat(60)}.`.repeat(4)}${'a'.repeat(50)}`;
    expect(decodeToken(encodeToken({ ...GOLDEN, server: longest })).server).toBe(longest);
    expect(() => encodeToken({ ...GOLDEN, server: `${longest}.${'a'.repeat(60)}` })).toThrow(RangeError);
  });

  test('a secret of another length', () => {
    expect(() => encodeToken({ ...GOLDEN, secret: new Uint8Array(TOKEN_SECRET_BYTES - 1) })).toThrow(RangeError);
  });
});

function refuse(text: string): void {
  let refusal: unknown;
  try {
    decodeToken(text);
  } catch (error) {
    refusal = error;
  }
  if (!isRefusal(refusal, 'TOKEN_MISTYPED')) throw new Error(`not refused as it should be: ${text}`);
}
