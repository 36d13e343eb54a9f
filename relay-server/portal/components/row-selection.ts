/** Which rows are selected after a click on a check box. Pure; a selection is never changed in place. */

type Ids = ReadonlySet<string>;

/**
 * Toggles `id`; with an anchor, gives everything from there to it the state that `id` gets.
 * @param ids all rows in the order they are shown
 * @param anchor where a range begins; undefined for a single row
 */
export function selectRange(selected: Ids, ids: readonly string[], anchor: string | undefined, id: string): Ids {
  const after = new Set(selected);
  const [from, to] = [anchor === undefined ? -1 : ids.indexOf(anchor), ids.indexOf(id)];
  const range = from < 0 ? [id] : ids.slice(Math.min(from, to), Math.max(from, to) + 1);
  for (const one of range) {
    if (selected.has(id)) after.delete(one);
    else after.add(one);
  }
  return after;
}

/** All of the rows shown, or none of them if all were selected. Others keep their state. */
export function toggleAll(selected: Ids, ids: readonly string[]): Ids {
  const after = new Set(selected);
  const all = ids.every((id) => selected.has(id));
  for (const id of ids) {
    if (all) after.delete(id);
    else after.add(id);
  }
  return after;
}
