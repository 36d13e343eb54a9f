/** The order of values in a table: numbers by size, texts as people expect, SQL2 before SQL10. Pure. */

export type SortValue = string | number | boolean | null | undefined;

const COLLATOR = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

export function compareValues(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return COLLATOR.compare(String(a), String(b));
}
