/** Amounts of data a second, as people say them. Pure. */

const UNITS = ['B/s', 'KB/s', 'MB/s', 'GB/s', 'TB/s'] as const;

/** "840 B/s", "1.2 MB/s": of a thousand, as networks are measured, with at most three digits. */
export function rateWords(bytesPerSecond: number): string {
  let [value, unit] = [Math.max(0, bytesPerSecond), 0];
  // What would be shown as 1000 is one of the next unit.
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1_000;
    unit++;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${Number(value.toFixed(digits)).toLocaleString('en')} ${UNITS[unit] ?? ''}`;
}
