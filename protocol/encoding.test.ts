import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { base64urlPattern, concatBytes, equalBytes, fromBase64url, fromHex, toBase64url, toHex } from './encoding.ts';

describe('hex', () => {
  test('round trip', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(fromHex(toHex(bytes))).toEqual(bytes);
      }),
    );
  });

  test.each(['0', '0g', ' 00', '0x00', '００'])('refuses %j', (text) => {
    expect(() => fromHex(text)).toThrow(RangeError);
  });
});

describe('base64url', () => {
  // RFC 4648 §10, without padding.
  test.each([
    ['', ''],
    ['66', 'Zg'],
    ['666f', 'Zm8'],
    ['666f6f', 'Zm9v'],
    ['666f6f62', 'Zm9vYg'],
    ['fbff', '-_8'],
  ])('%s is %j', (hex, text) => {
    expect(toBase64url(fromHex(hex))).toBe(text);
    expect(toHex(fromBase64url(text))).toBe(hex);
  });

  test.each(['Zg==', 'Zh', 'Zm9', 'Z', 'Zm+v', 'Zm/v', 'Zm 8', 'Zm8\n'])('refuses %j', (text) => {
    expect(() => fromBase64url(text)).toThrow(RangeError);
  });

  test('the pattern of a length matches what can be decoded to that length, and nothing else', () => {
    const alphabet = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+ ');
    fc.assert(
      fc.property(fc.string({ unit: alphabet, maxLength: 12 }), fc.nat({ max: 8 }), (text, count) => {
        expect(base64urlPattern(count).test(text)).toBe(decodedLength(text) === count);
      }),
      { numRuns: 2_000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
        expect(base64urlPattern(bytes.length).test(toBase64url(bytes))).toBe(true);
      }),
    );
  });
});

test('concatBytes keeps order and copies', () => {
  const first = Uint8Array.of(1);
  const whole = concatBytes(first, new Uint8Array(0), Uint8Array.of(2, 3));
  first[0] = 9;
  expect(whole).toEqual(Uint8Array.of(1, 2, 3));
});

test('equalBytes', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
      expect(equalBytes(a, b)).toBe(toHex(a) === toHex(b));
      expect(equalBytes(a, new Uint8Array(a))).toBe(true);
    }),
  );
});

function decodedLength(text: string): number | undefined {
  try {
    return fromBase64url(text).length;
  } catch {
    return undefined;
  }
}
