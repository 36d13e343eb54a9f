/**
 * As much of DER (ITU-T X.690 §8–10) as a certificate needs: writing, never reading.
 */
import { concatBytes, utf8 } from '#protocol/encoding.ts';

const TAG = {
  INTEGER: 0x02,
  BIT_STRING: 0x03,
  OCTET_STRING: 0x04,
  OBJECT_IDENTIFIER: 0x06,
  UTF8_STRING: 0x0c,
  GENERALIZED_TIME: 0x18,
  SEQUENCE: 0x30,
  SET: 0x31,
} as const;

/** Any tag, for the context-specific ones that a structure names itself. */
export function tagged(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const body = concatBytes(...contents);
  return concatBytes(Uint8Array.of(tag), length(body.length), body);
}

export const sequence = (...members: readonly Uint8Array[]) => tagged(TAG.SEQUENCE, ...members);
export const set = (...members: readonly Uint8Array[]) => tagged(TAG.SET, ...members);
export const octetString = (bytes: Uint8Array) => tagged(TAG.OCTET_STRING, bytes);
export const utf8String = (text: string) => tagged(TAG.UTF8_STRING, utf8(text));
/** Whole bytes: no unused bits. */
export const bitString = (bytes: Uint8Array) => tagged(TAG.BIT_STRING, Uint8Array.of(0), bytes);

/** A non-negative integer, big-endian; leading zeros are as DER demands (§8.3.2). */
export function integer(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  const magnitude = bytes.subarray(start);
  return (magnitude[0] ?? 0) & 0x80
    ? tagged(TAG.INTEGER, Uint8Array.of(0), magnitude)
    : tagged(TAG.INTEGER, magnitude.length === 0 ? Uint8Array.of(0) : magnitude);
}

/** Dotted decimal, `1.2.840.10045.4.3.2` (§8.19). */
export function objectIdentifier(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return tagged(TAG.OBJECT_IDENTIFIER, Uint8Array.from([first * 40 + second, ...rest].flatMap(base128)));
}

/** To the second, UTC (RFC 5280 §4.1.2.5.2). */
export function generalizedTime(at: Date): Uint8Array {
  return tagged(TAG.GENERALIZED_TIME, utf8(`${at.toISOString().replace(/[-:T]|\.\d+Z$/g, '')}Z`));
}

function base128(value: number): number[] {
  const digits = [value & 0x7f];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) {
    digits.unshift(0x80 | (rest & 0x7f));
  }
  return digits;
}

function length(size: number): Uint8Array {
  if (size < 0x80) return Uint8Array.of(size);
  if (size < 0x100) return Uint8Array.of(0x81, size);
  return Uint8Array.of(0x82, size >>> 8, size & 0xff);
}
