import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { CASE_LETTERS, withCrc } from './same-crc.ts';

const text = (secret: string) => Buffer.from(`# ${'a'.repeat(CASE_LETTERS)}\n${secret}\n`.padEnd(4096, '\n'));

test('any sum is met, by the case of letters alone', () => {
  for (const wanted of [0, 1, 0xffffffff, 0x12345678, crc32(text('before'))]) {
    const changed = withCrc(text('after'), wanted, 2);
    expect(crc32(changed)).toBe(wanted);
    expect(Buffer.from(changed).toString().toLowerCase()).toBe(text('after').toString());
  }
});

test('says so where the letters are too few', () => {
  // All on one bit: what is beyond the end is nothing.
  expect(() => withCrc(Buffer.from('aa'), 7, 0)).toThrow(RangeError);
});
