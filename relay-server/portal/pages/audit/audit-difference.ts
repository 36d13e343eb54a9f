/** What an entry changed, field by field, in values that people read. Pure. */
import type { AuditEntry } from '../../api/shapes.ts';

export interface Difference {
  /** "Display name" */
  readonly field: string;
  /** Undefined where there was no such field. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

const ISO_TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** Only what differs. */
export function differencesOf({ before, after }: Pick<AuditEntry, 'before' | 'after'>): readonly Difference[] {
  const fields = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  return [...fields]
    .map((field) => ({ field: fieldWords(field), before: shown(before, field), after: shown(after, field) }))
    .filter((difference) => difference.before !== difference.after);
}

/** `displayName` is "Display name". */
function fieldWords(field: string): string {
  if (/^ipv[46]$/.test(field)) return field.replace('ip', 'IP');
  const words = field.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

function shown(values: Readonly<Record<string, unknown>> | null, field: string): string | undefined {
  return values !== null && Object.hasOwn(values, field) ? valueWords(values[field]) : undefined;
}

export function valueWords(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (value === '') return 'empty';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return value.toLocaleString('en');
  if (typeof value === 'string') return ISO_TIME.test(value) ? timeWords(value) : value;
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(valueWords).join(', ');
  return Object.entries(value)
    .map(([name, part]) => `${fieldWords(name).toLowerCase()} ${valueWords(part)}`)
    .join(', ');
}

export function timeWords(time: string): string {
  return new Date(time).toLocaleString('en', { dateStyle: 'medium', timeStyle: 'medium' });
}
