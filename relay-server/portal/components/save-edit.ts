/** Saves what was edited on a form, unless somebody else has changed the same texts meanwhile. */
import { api, isConflict, type Versioned } from '../api/client.ts';
import { differencesOf, editsOf, type FieldValues } from './merge-edits.ts';

/** A thing of the API, of which the form edits some texts. */
export type Thing = Readonly<Record<string, unknown>>;

/** What the person has seen: when the form was opened, or in the message of a conflict. */
export interface Seen {
  readonly values: FieldValues;
  readonly etag: string | undefined;
}

export interface Edit {
  readonly address: string;
  /** As it was when the person began. */
  readonly base: FieldValues;
  readonly mine: FieldValues;
  readonly seen: Seen;
}

export type SaveOutcome = { readonly is: 'saved' | 'unchanged' } | { readonly is: 'conflict'; readonly now: Seen };

/** Rejects with the server's refusal, but for a conflict. */
export async function saveEdit({ address, base, mine, seen }: Edit): Promise<SaveOutcome> {
  const edits = editsOf(base, mine);
  if (Object.keys(edits).length === 0) return { is: 'unchanged' };
  let { etag } = seen;
  for (;;) {
    try {
      await api.patch(address, edits, { ifMatch: etag });
      return { is: 'saved' };
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
    const now = seenIn(await api.read<Thing>(address), Object.keys(base));
    // Otherwise what was changed is none of the form's texts, which an edit of them leaves as it is.
    if (differencesOf(seen.values, mine, now.values).length > 0) return { is: 'conflict', now };
    etag = now.etag;
  }
}

export function seenIn({ value, etag }: Versioned<Thing>, fields: readonly string[]): Seen {
  return { values: Object.fromEntries(fields.map((field) => [field, String(value[field] ?? '')])), etag };
}
