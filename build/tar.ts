/** A tar archive of files that are in memory, by the one who writes such files on the relay server too. Pure. */
import { TAR_END, type TarEntry, tarFile } from '#relay-server/installing/tar-file.ts';

/**
 * The pieces of the archive in order, without copies of the contents.
 * @throws RangeError when a path is too long
 */
export function* tarOf(entries: readonly TarEntry[]): Generator<Uint8Array> {
  for (const entry of entries) yield* tarFile(entry);
  yield TAR_END;
}
