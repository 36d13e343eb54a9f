/**
 * What becomes of an edit when somebody else has changed the same thing meanwhile. Pure.
 * Three texts a field: as it was when the person began, as the person left it, as it is now.
 */

export type FieldValues = Readonly<Record<string, string>>;

export interface FieldDifference {
  readonly field: string;
  readonly mine: string;
  readonly theirs: string;
  /** Whether the person changed it too; if not, saving leaves it as the other one wrote it. */
  readonly contested: boolean;
}

/** The fields that the person changed: all that is sent, so that nothing else is overwritten. */
export function editsOf(base: FieldValues, mine: FieldValues): FieldValues {
  return Object.fromEntries(Object.entries(mine).filter(([field, value]) => value !== base[field]));
}

/** The fields that somebody else changed, unless both wrote the same. None: the edit can be saved as it is. */
export function differencesOf(base: FieldValues, mine: FieldValues, theirs: FieldValues): readonly FieldDifference[] {
  return Object.entries(theirs)
    .filter(([field, value]) => value !== base[field] && value !== mine[field])
    .map(([field, value]) => ({
      field,
      mine: mine[field] ?? '',
      theirs: value,
      contested: mine[field] !== base[field],
    }));
}
