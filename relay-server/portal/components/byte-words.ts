/** Sizes as people say them, in powers of a thousand as networks and disks count. Pure. */

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const;

/** "31.4 MB", "512 B". */
export function byteWords(bytes: number): string {
  let [size, unit] = [bytes, 0];
  while (Math.abs(size) >= 999.5 && unit < UNITS.length - 1) {
    size /= 1000;
    unit++;
  }
  const digits = unit === 0 || Math.abs(size) >= 100 ? 0 : 1;
  return `${Number(size.toFixed(digits)).toLocaleString('en')} ${UNITS[unit]}`;
}
