/**
 * Puts an activation file into a Debian package: among its control files, which dpkg keeps for its scripts
 * and which root alone reads. The part that holds the program is not touched, and not read: what comes out
 * is the first few kilobytes written anew, and the rest of the package as it was.
 *
 * Layout (deb(5), ar(5)): magic(8), then members of header(60) and content, padded to even:
 * `debian-binary`, `control.tar` (not compressed: build/installers/deb/), `data.tar.…`
 */
import { TAR_BLOCK, TAR_END, tarFile } from './tar-file.ts';

/** Name of the control file; `dpkg-query --control-path causeway activation` finds it. */
const CONTROL_FILE = './activation';
const MAGIC = '!<arch>\n';
const HEADER = 60;
const ROOT_ONLY = 0o600;
/** Of the packages that we build the control part takes 10 KiB. */
export const DEB_HEAD_BYTES = 262_144;

/**
 * @param base the package's first {@link DEB_HEAD_BYTES}
 * @param activation text of the activation file
 * @returns what stands in the place of the package's first `replaces` bytes; undefined for a package that
 *   is not made as ours
 */
export function debWithActivation(
  base: Uint8Array,
  activation: string,
): { readonly head: Buffer; readonly replaces: number } | undefined {
  const bytes = Buffer.from(base.buffer, base.byteOffset, base.length);
  if (bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) return undefined;
  const version = memberAt(bytes, MAGIC.length);
  const control = version?.name === 'debian-binary' ? memberAt(bytes, version.end) : undefined;
  if (control?.name !== 'control.tar') return undefined;
  const entries = withoutEnd(bytes.subarray(control.begin, control.begin + control.size));
  if (entries === undefined) return undefined;
  const changed = Buffer.concat([
    entries,
    ...tarFile({ path: CONTROL_FILE, content: Buffer.from(activation), mode: ROOT_ONLY }),
    TAR_END,
  ]);
  const header = Buffer.from(bytes.subarray(control.begin - HEADER, control.begin));
  header.write(String(changed.length).padEnd(10), 48, 'latin1');
  return { head: Buffer.concat([bytes.subarray(0, control.begin - HEADER), header, changed]), replaces: control.end };
}

interface Member {
  readonly name: string;
  readonly begin: number;
  readonly size: number;
  /** Where the next one begins. */
  readonly end: number;
}

/** @returns undefined when it is not whole */
function memberAt(bytes: Buffer, at: number): Member | undefined {
  if (at + HEADER > bytes.length) return undefined;
  const name = bytes.toString('latin1', at, at + 16).replace(/[/ ]+$/, '');
  const size = Number(bytes.toString('latin1', at + 48, at + 58).trim());
  const begin = at + HEADER;
  if (!Number.isSafeInteger(size) || size < 0 || begin + size > bytes.length) return undefined;
  return { name, begin, size, end: begin + size + (size % 2) };
}

/** A tar archive ends with blocks of zeros, behind which nothing is read. */
function withoutEnd(archive: Buffer): Buffer | undefined {
  if (archive.length % TAR_BLOCK !== 0) return undefined;
  let end = 0;
  while (end < archive.length && archive[end] !== 0) {
    const size = Number.parseInt(archive.toString('latin1', end + 124, end + 136), 8);
    if (Number.isNaN(size)) return undefined;
    end += TAR_BLOCK * (1 + Math.ceil(size / TAR_BLOCK));
  }
  return end > archive.length ? undefined : archive.subarray(0, end);
}
