/**
 * Files as they stand in a tar archive (POSIX ustar, IEEE Std 1003.1-2017 "pax"), without anything that differs from
 * one making to the next: no times, no owners. Pure.
 */

export interface TarEntry {
  /** Path in the archive, at most 100 bytes of ASCII. One that ends with `/` is a directory. */
  readonly path: string;
  readonly content: Uint8Array;
  /** Permission bits. */
  readonly mode: number;
  /** What a symbolic link leads to; it has no content then. */
  readonly link?: string;
}

export const TAR_BLOCK = 512;
/** What an archive ends with. */
export const TAR_END: Uint8Array = new Uint8Array(2 * TAR_BLOCK);
const NAME_MAX = 100;
const TYPE = { file: '0', link: '2', directory: '5' } as const;

/**
 * The header, the content itself and what fills its last block.
 * @throws RangeError when a path is too long
 */
export function tarFile(entry: TarEntry): [Uint8Array, Uint8Array, Uint8Array] {
  const { content } = entry;
  return [headerOf(entry), content, new Uint8Array((TAR_BLOCK - (content.length % TAR_BLOCK)) % TAR_BLOCK)];
}

function headerOf({ path, content, mode, link = '' }: TarEntry): Uint8Array {
  if (Math.max(Buffer.byteLength(path), Buffer.byteLength(link)) > NAME_MAX)
    throw new RangeError(`too long for a tar archive: ${path}`);
  const header = Buffer.alloc(TAR_BLOCK);
  const octal = (value: number, at: number, length: number) =>
    header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at);
  header.write(path, 0);
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(content.length, 124, 12);
  octal(0, 136, 12);
  header.write('        ', 148);
  header.write(link !== '' ? TYPE.link : path.endsWith('/') ? TYPE.directory : TYPE.file, 156);
  header.write(link, 157);
  header.write('ustar\x0000', 257);
  header.write('root', 265);
  header.write('root', 297);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}
