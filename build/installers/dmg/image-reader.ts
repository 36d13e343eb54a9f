/**
 * A disk image as others see it: taken apart by dmg2img, the files of its HFS+ by 7-Zip, and the permissions, which
 * that does not tell, out of the catalogue itself (Apple, TN1150). For those who check what was built.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../command.ts';

const NAME_AT = 8;
const FILE_RECORD = 2;
/** In a record of the catalogue, behind flags, id and five times. */
const MODE_AT = 42;
const PERMISSIONS = 0o777;

export interface ReadImage {
  /** The directory of its files. */
  readonly directory: string;
  /** What was deflated in it. */
  readonly raw: Buffer;
  /** What 7-Zip lists. */
  readonly listing: string;
}

/** @throws Error with what dmg2img or 7-Zip said */
export async function readImage(file: string): Promise<ReadImage> {
  const [raw, directory] = [`${file}.raw`, `${file}.out`];
  await must('dmg2img', ['-s', file, raw]);
  await must('7z', ['x', '-y', '-tHFS', `-o${directory}`, raw]);
  const listing = await must('7z', ['l', '-tHFS', raw]);
  const [volume = ''] = await readdir(directory);
  return { directory: join(directory, volume === 'Causeway' ? volume : ''), raw: await readFile(raw), listing };
}

/** @returns permissions of all files of that name, such as 0o755, once for each */
export function modesOf(raw: Buffer, name: string): number[] {
  const text = Buffer.from(name, 'utf16le').swap16();
  const found: number[] = [];
  for (let at = raw.indexOf(text); at >= 0; at = raw.indexOf(text, at + 1)) {
    if (at < NAME_AT || raw.readUInt16BE(at - 2) !== name.length) continue;
    const record = at + text.length;
    // The key's own length: parent, length of the name, and the name.
    if (raw.readUInt16BE(at - NAME_AT) !== 6 + text.length || raw.readUInt16BE(record) !== FILE_RECORD) continue;
    found.push(raw.readUInt16BE(record + MODE_AT) & PERMISSIONS);
  }
  return found;
}

async function must(program: string, words: readonly string[]): Promise<string> {
  const { code, output } = await run(program, words, { cwd: '/' });
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${output.trim().slice(-500)}`);
  return output;
}
