/**
 * Which name was meant by one that is not known.
 */

/** So many letters may differ for a name to count as a misspelling of another. */
const LETTERS = 2;

/** The known name nearest to `text`, in any case of letters, if so near that it must have been meant. */
export function meantBy(text: string, known: readonly string[]): string | undefined {
  let best: { name: string; distance: number } | undefined;
  for (const name of known) {
    const distance = editDistance(text.toLowerCase(), name.toLowerCase());
    if (distance <= LETTERS && distance < (best?.distance ?? Number.POSITIVE_INFINITY)) best = { name, distance };
  }
  return best?.name;
}

/** Letters to add, drop or change (Levenshtein), or more than {@link LETTERS} if the lengths alone say so. */
function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > LETTERS) return LETTERS + 1;
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
