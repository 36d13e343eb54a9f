/**
 * Names of machines and subscriptions, and the DNS names made of them.
 */
import { z } from 'zod';
import { CausewayError } from './errors.ts';

/** All of Causeway's names end in this; `.internal` is reserved for private use (ICANN resolution 2024.07.29.06). */
export const DNS_ROOT = 'causeway.internal';

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** Checked before the case is changed: some letters outside ASCII have an ASCII lower case (U+212A, the Kelvin sign). */
const LABEL_ANY_CASE = new RegExp(LABEL.source, 'i');

/** A host name label (RFC 1123 §2.1), lower case. */
export const label = z.string().regex(LABEL).brand('Label');
export type Label = z.infer<typeof label>;

/**
 * Lower-cases and checks a label.
 * @throws CausewayError NAME_INVALID
 */
export function parseLabel(text: string): Label {
  const trimmed = text.trim();
  if (!LABEL_ANY_CASE.test(trimmed)) throw new CausewayError('NAME_INVALID', { name: text.slice(0, 80) });
  return trimmed.toLowerCase() as Label;
}

/** The nearest valid label to a host name as an operating system reports it: `SQL01.corp.local` → `sql01`. */
export function labelFromHostName(hostName: string): Label {
  const first = (hostName.split('.')[0] ?? '').toLowerCase();
  const cleaned = first
    .replace(/[^a-z0-9-]+/g, '-')
    .slice(0, 63)
    .replace(/^-+|-+$/g, '');
  return (cleaned === '' ? 'computer' : cleaned) as Label;
}

/** The search suffix of a subscription: `contoso.causeway.internal`. */
export function suffixOf(subscription: Label): string {
  return `${subscription}.${DNS_ROOT}`;
}

export function fullName(machine: Label, subscription: Label): string {
  return `${machine}.${suffixOf(subscription)}`;
}
