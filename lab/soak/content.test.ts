import { describe, expect, test } from 'vitest';
import { Content } from './content.ts';

describe('the content of a seed', () => {
  test('is the same in whatever pieces', () => {
    const whole = new Content('a').take(100);
    const pieces = new Content('a');
    expect(Buffer.concat([pieces.take(1), pieces.take(42), pieces.take(57)])).toEqual(whole);
    expect(new Content('b').take(100)).not.toEqual(whole);
  });

  test('counts each wrong byte, and what is in the wrong place', () => {
    const sent = new Content('a').take(4_096);
    expect(new Content('a').wrongIn(sent)).toBe(0);
    const one = Buffer.from(sent);
    one.writeUInt8(one.readUInt8(7) ^ 1, 7);
    expect(new Content('a').wrongIn(one)).toBe(1);
    const swapped = Buffer.concat([sent.subarray(2_048), sent.subarray(0, 2_048)]);
    expect(new Content('a').wrongIn(swapped)).toBeGreaterThan(4_000);
  });
});
