/** Times and ages as people of a language say them. Pure. */
import type { Language } from '#electron/ipc/schema.ts';

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];
const FORMATS: Readonly<Record<Language, Intl.RelativeTimeFormat>> = {
  en: new Intl.RelativeTimeFormat('en', { numeric: 'always' }),
  de: new Intl.RelativeTimeFormat('de', { numeric: 'always' }),
};
const NOW: Readonly<Record<Language, string>> = { en: 'just now', de: 'gerade eben' };
/** Below that, seconds would only flicker. */
const NOW_SECONDS = 2;

/** "just now", "12 seconds ago", "3 minutes ago". A time to come is now: clocks differ a little. */
export function ageWords(at: number, now: number, language: Language): string {
  const seconds = Math.max(0, Math.floor((now - at) / 1_000));
  if (seconds < NOW_SECONDS) return NOW[language];
  for (const [unit, length] of STEPS) {
    if (seconds >= length) return FORMATS[language].format(-Math.floor(seconds / length), unit);
  }
  return FORMATS[language].format(-seconds, 'second');
}

/** "14:05"; with the date if it was not today. */
export function timeWords(at: number, now: number, language: Language): string {
  const sameDay = new Date(at).toDateString() === new Date(now).toDateString();
  return new Date(at).toLocaleString(
    language === 'en' ? 'en-GB' : 'de-DE',
    sameDay
      ? { hour: '2-digit', minute: '2-digit' }
      : { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' },
  );
}
