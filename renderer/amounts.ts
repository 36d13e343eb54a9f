/**
 * Sizes, rates and round trips as people of a language say them, in powers of a thousand. Figure and unit stay
 * on one line. Pure.
 */
import type { Language } from '#electron/ipc/schema.ts';

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** "31.4 MB", "31,4 MB". */
export function byteWords(bytes: number, language: Language): string {
  let [size, unit] = [Math.max(0, bytes), 0];
  // What would be shown as 1000 is one of the next unit.
  while (size >= 999.5 && unit < UNITS.length - 1) {
    size /= 1_000;
    unit++;
  }
  return `${digits(size, unit === 0 || size >= 99.95 ? 0 : 1, language)}\u00a0${UNITS[unit]}`;
}

/** "1.2 MB/s". */
export function rateWords(bytesPerSecond: number, language: Language): string {
  return `${byteWords(bytesPerSecond, language)}/s`;
}

/** "0.8 ms", "12 ms". */
export function roundTripWords(ms: number, language: Language): string {
  return `${digits(ms, ms < 9.95 ? 1 : 0, language)}\u00a0ms`;
}

function digits(value: number, fraction: number, language: Language): string {
  return value.toLocaleString(language, { minimumFractionDigits: fraction, maximumFractionDigits: fraction });
}
