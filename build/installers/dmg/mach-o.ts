/**
 * What a program for macOS says of itself (Mach-O, 64 bit): its processor, the system that it needs, and whether it
 * is signed. Numbers are little-endian, as on both processors. XNU: EXTERNAL_HEADERS/mach-o/loader.h. Pure.
 */
import type { MacProcessor } from '../../mac-runtime.ts';

const MAGIC = 0xfeedfacf;
const PROCESSORS: Readonly<Record<number, MacProcessor>> = { 16777223: 'x64', 16777228: 'arm64' };
const KINDS: Readonly<Record<number, MachO['kind']>> = { 2: 'program', 6: 'library', 8: 'module' };
const HEADER_BYTES = 32;
const COMMAND = { codeSignature: 0x1d, versionMinimum: 0x24, buildVersion: 0x32 } as const;

export interface MachO {
  readonly processor: MacProcessor;
  readonly kind: 'program' | 'library' | 'module';
  /** The earliest macOS that it runs on, such as 13.5. */
  readonly system: string | undefined;
  /** Whether there is a signature, by whomever, that ends where the file does. */
  readonly signed: boolean;
}

/** @returns undefined for what is no such program, or one that was cut */
export function machO(file: Uint8Array): MachO | undefined {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (bytes.length < HEADER_BYTES || bytes.readUInt32LE(0) !== MAGIC) return undefined;
  const processor = PROCESSORS[bytes.readUInt32LE(4)];
  const kind = KINDS[bytes.readUInt32LE(12)];
  if (processor === undefined || kind === undefined) return undefined;
  let [system, signed]: [string | undefined, boolean] = [undefined, false];
  let at = HEADER_BYTES;
  for (let left = bytes.readUInt32LE(16); left > 0; left--) {
    if (at + 16 > bytes.length) return undefined;
    const [command, length] = [bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4)];
    if (length < 8) return undefined;
    if (command === COMMAND.versionMinimum) system = versionOf(bytes.readUInt32LE(at + 8));
    if (command === COMMAND.buildVersion) system = versionOf(bytes.readUInt32LE(at + 12));
    if (command === COMMAND.codeSignature) {
      signed = bytes.readUInt32LE(at + 8) + bytes.readUInt32LE(at + 12) === bytes.length;
    }
    at += length;
  }
  return { processor, kind, system, signed };
}

/** Two bytes, one, and one that is not said. */
function versionOf(packed: number): string {
  return `${packed >>> 16}.${(packed >>> 8) & 0xff}`;
}
