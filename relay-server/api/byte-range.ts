/**
 * The Range header (RFC 9110 §14.2), as far as a resumed download needs it: one range of bytes. Pure.
 */

/** Both ends inclusive. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/** Undefined for whatever is to be answered with the whole: no range, several, or none that we know. */
export function rangeOf(header: string | undefined, bytes: number): ByteRange | 'unsatisfiable' | undefined {
  const [whole, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? [];
  if (whole === undefined || (first === '' && last === '')) return undefined;
  if (first === '') {
    const count = Math.min(Number(last), bytes);
    return count === 0 ? 'unsatisfiable' : { from: bytes - count, to: bytes - 1 };
  }
  const from = Number(first);
  const to = last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1);
  if (last !== '' && Number(last) < from) return undefined;
  return from >= bytes ? 'unsatisfiable' : { from, to };
}
