import { expect, test } from 'vitest';
import { machO } from './mach-o.ts';

const ARM64 = 0x0100000c;
const X64 = 0x01000007;

interface Wish {
  readonly cpu: number;
  readonly kind?: number;
  readonly commands?: readonly (readonly number[])[];
  readonly tail?: number;
}

/** Header, commands without their first two words, and what follows. */
function program({ cpu, kind = 2, commands = [], tail = 0 }: Wish): Buffer {
  const written = commands.flatMap(([command = 0, ...words]) => [command, 8 + 4 * words.length, ...words]);
  const words = [0xfeedfacf, cpu, 0, kind, commands.length, 4 * written.length, 0, 0, ...written];
  const bytes = Buffer.alloc(4 * words.length + tail);
  words.forEach((word, index) => {
    bytes.writeUInt32LE(word, 4 * index);
  });
  return bytes;
}

test('processor, kind and the system that it needs', () => {
  const build = [0x32, 1, (13 << 16) | (5 << 8), 0, 0];
  expect(machO(program({ cpu: ARM64, commands: [build] }))).toEqual({
    processor: 'arm64',
    kind: 'program',
    system: '13.5',
    signed: false,
  });
  const older = [0x24, 11 << 16, 0];
  expect(machO(program({ cpu: X64, kind: 6, commands: [older] }))).toEqual({
    processor: 'x64',
    kind: 'library',
    system: '11.0',
    signed: false,
  });
});

test('a signature is one where it ends with the file', () => {
  const signed = program({ cpu: ARM64, commands: [[0x1d, 48, 100]], tail: 100 });
  expect(machO(signed)?.signed).toBe(true);
  expect(machO(signed.subarray(0, -1))?.signed).toBe(false);
});

test('what is no such program is none', () => {
  expect(machO(Buffer.from('\x7fELF'.padEnd(64, '\0')))).toBeUndefined();
  expect(machO(program({ cpu: 7 }))).toBeUndefined();
  expect(machO(program({ cpu: ARM64, commands: [[0x32, 1, 0, 0, 0]] }).subarray(0, 40))).toBeUndefined();
  expect(machO(Buffer.alloc(3))).toBeUndefined();
});
