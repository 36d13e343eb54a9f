/** When something that is made here ends: a few usual lengths, or a day. Pure. */

export const EXPIRY_CHOICES = [
  ['1-day', '1 day'],
  ['7-days', '7 days'],
  ['30-days', '30 days'],
  ['never', 'Never'],
  ['date', 'A date'],
] as const;
export type ExpiryChoice = (typeof EXPIRY_CHOICES)[number][0];

export interface Expiry {
  readonly choice: ExpiryChoice;
  /** As a date field has it, `2026-03-31`, in the time of whoever chooses; only of the choice `date`. */
  readonly date: string;
}

const DAY_MS = 86_400_000;
const LENGTHS: Readonly<Partial<Record<ExpiryChoice, number>>> = { '1-day': 1, '7-days': 7, '30-days': 30 };

/** @returns ISO 8601, the last second of a chosen day; null for never */
export function expiryTime({ choice, date }: Expiry, now: number): string | null {
  const days = LENGTHS[choice];
  if (days !== undefined) return new Date(now + days * DAY_MS).toISOString();
  if (choice === 'never') return null;
  return new Date(`${date}T23:59:59`).toISOString();
}

/** What is wrong with it, as a sentence. */
export function expiryProblem({ choice, date }: Expiry, now: number): string | undefined {
  if (choice !== 'date') return undefined;
  if (date === '') return 'Choose the last day on which it works.';
  const end = Date.parse(`${date}T23:59:59`);
  if (Number.isNaN(end)) return 'This is no date.';
  return end <= now ? 'This day is over. Choose today or a later one.' : undefined;
}

export function isExpiryChoice(text: unknown): text is ExpiryChoice {
  return EXPIRY_CHOICES.some(([choice]) => choice === text);
}

/** The day of a time as a date field has it. */
export function dayOf(time: number): string {
  const at = new Date(time);
  const two = (number: number) => String(number).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}
