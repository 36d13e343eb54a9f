/**
 * An archive of the kind that a Debian package is (ar, as in deb(5)), without times and owners. Pure.
 */

export interface ArMember {
  /** At most 16 characters of ASCII. */
  readonly name: string;
  readonly content: Uint8Array;
}

/** The pieces of the archive in order, without copies of the contents. */
export function* arOf(members: readonly ArMember[]): Generator<Uint8Array> {
  yield Buffer.from('!<arch>\n');
  for (const { name, content } of members) {
    if (name.length > 16) throw new RangeError(`too long for an archive: ${name}`);
    const fields = [name.padEnd(16), '0'.padEnd(12), '0'.padEnd(6), '0'.padEnd(6), '100644'.padEnd(8)];
    yield Buffer.from(`${fields.join('')}${String(content.length).padEnd(10)}\`\n`);
    yield content;
    if (content.length % 2 === 1) yield Buffer.from('\n');
  }
}
