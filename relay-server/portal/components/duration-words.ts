/** Times as people say them. Pure. */

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['week', 7 * 86_400],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];
const FORMAT = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** "2 minutes ago", "in 3 days"; within half a minute "just now". */
export function relativeWords(time: number, now: number): string {
  const seconds = Math.round((time - now) / 1000);
  if (Math.abs(seconds) < 30) return 'just now';
  for (const [unit, length] of STEPS) {
    const count = Math.round(seconds / length);
    if (Math.abs(seconds) >= length) return FORMAT.format(count, unit);
  }
  return FORMAT.format(Math.sign(seconds), 'minute');
}
