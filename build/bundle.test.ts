import { expect, test } from 'vitest';
import { oneByteSource } from './bundle.ts';

test('a program written with one byte a character is the same program', () => {
  const source = 'export const it = ["déjà", "wait…", `a–b`, /^[“”]$/u.test("“"), "𝄞"];';
  const written = oneByteSource(source);
  expect(/[^\0-\x7f]/.test(written)).toBe(false);
  const value = (code: string) => new Function(code.replace('export const it =', 'return'))();
  expect(value(written)).toEqual(value(source));
});

test('a raw template that would become another text is refused', () => {
  expect(() => oneByteSource('String.raw`wait…`')).toThrow('raw template');
});
