/**
 * The times in an installer's summary information: written over, because the tools put in the time at which
 * they run, and the same source is to make the same bytes. Layout: [MS-OLEPS] §2.20 ff.
 */

/** FMTID_SummaryInformation, as it stands in the stream. */
const FORMAT_ID = Buffer.from('e0859ff2f94f6810ab9108002b27b3d9', 'hex');
/** Where the format id is in the stream; behind it the offset of the section. */
const FORMAT_ID_AT = 28;
const VT_FILETIME = 0x40;
/** Created, and last saved. */
const TIMES: ReadonlySet<number> = new Set([12, 13]);
/** 1 January 1980 in units of 100 ns since 1601: the earliest that a cabinet can have, too. */
const FIXED = 119_600_064_000_000_000n;

/** Changes `msi` in place. @throws Error when the information is not where it is expected */
export function fixTimes(msi: Buffer): void {
  const stream = msi.indexOf(FORMAT_ID) - FORMAT_ID_AT;
  if (stream < 0) throw new Error('the installer has no summary information');
  const section = stream + msi.readUInt32LE(stream + FORMAT_ID_AT + FORMAT_ID.length);
  const count = msi.readUInt32LE(section + 4);
  let found = 0;
  for (let index = 0; index < count; index++) {
    const entry = section + 8 + 8 * index;
    if (!TIMES.has(msi.readUInt32LE(entry))) continue;
    const value = section + msi.readUInt32LE(entry + 4);
    if (msi.readUInt32LE(value) !== VT_FILETIME) throw new Error('a time in the summary information is none');
    msi.writeBigUInt64LE(FIXED, value + 4);
    found++;
  }
  if (found !== TIMES.size) throw new Error(`the summary information has ${found} times`);
}
