/**
 * Work for many hosts, a few of them at a time: with fifty machines one after the other takes minutes of
 * mostly waiting, and all at once makes programs miss their own deadlines on a small computer.
 */

/** A machine's start is processor time and waiting in about equal parts; this keeps two cores busy. */
const AT_ONCE = 8;

/**
 * @returns the results in the order of the items
 * @throws what the first that failed threw; the others' work goes on without anybody who waits for it
 */
export async function atOnce<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const pending = items.entries();
  const worker = async () => {
    for (const [index, item] of pending) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}
