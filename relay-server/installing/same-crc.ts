/**
 * Changes a text so that it has a CRC-32 that was wished for, by the case of letters in a line that is
 * there for it. A disk image holds checksums of its contents in several places, one of them inside of
 * XML; with this they all stay true when a token is put into it. CRC-32 is linear: flipping a bit at one
 * place changes the sum by the same bits, whatever stands elsewhere. Pure.
 */
import { crc32 } from 'node:zlib';

/** Letters whose case may change: 32 bits have to be met, and not every letter brings a new one. */
export const CASE_LETTERS = 64;
const CASE_BIT = 0x20;

/**
 * @param at where {@link CASE_LETTERS} ASCII letters stand
 * @returns the same bytes with letters of other case
 * @throws RangeError when the letters are too few for it (a bug of the caller)
 */
export function withCrc(bytes: Uint8Array, wanted: number, at: number): Uint8Array {
  const now = crc32(bytes);
  const rows: { difference: number; letters: bigint }[] = [];
  for (let letter = 0; letter < CASE_LETTERS; letter++) {
    const flipped = Uint8Array.from(bytes);
    flip(flipped, at + letter);
    let row = { difference: (crc32(flipped) ^ now) >>> 0, letters: 1n << BigInt(letter) };
    for (const other of rows) row = reduced(row, other);
    if (row.difference === 0) continue;
    rows.push(row);
    // From the highest bit down: taking one away changes only lower ones.
    rows.sort((a, b) => b.difference - a.difference);
  }
  let rest = { difference: (now ^ wanted) >>> 0, letters: 0n };
  for (const row of rows) rest = reduced(rest, row);
  if (rest.difference !== 0) throw new RangeError('too few letters to reach that sum');
  const changed = Uint8Array.from(bytes);
  for (let letter = 0; letter < CASE_LETTERS; letter++) {
    if ((rest.letters >> BigInt(letter)) & 1n) flip(changed, at + letter);
  }
  return changed;
}

/** Adds `other` where that takes away the highest bit of other's difference (elimination over GF(2)). */
function reduced<Row extends { difference: number; letters: bigint }>(row: Row, other: Row): Row {
  const highest = 31 - Math.clz32(other.difference);
  if (((row.difference >>> highest) & 1) === 0) return row;
  return { ...row, difference: (row.difference ^ other.difference) >>> 0, letters: row.letters ^ other.letters };
}

function flip(bytes: Uint8Array, at: number): void {
  bytes[at] = (bytes[at] ?? 0) ^ CASE_BIT;
}
