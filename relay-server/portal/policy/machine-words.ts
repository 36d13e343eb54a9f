/** Machines and other things in a sentence. Pure. */

/** "sql01", "sql01 and sql02", "7 computers". */
export function namesInWords(names: readonly string[], many: string): string {
  const [first, second, third] = names;
  if (first === undefined) return `no ${many}`;
  if (second === undefined) return first;
  if (third === undefined) return `${first} and ${second}`;
  return `${counted(names.length)} ${many}`;
}

/** "1 computer", "1,200 computers". */
export function countInWords(count: number, one: string, many = `${one}s`): string {
  return `${counted(count)} ${count === 1 ? one : many}`;
}

/** Whether a text contains each word of a search, in any order and case. */
export function matches(search: string, ...texts: readonly string[]): boolean {
  const within = texts.join('\n').toLocaleLowerCase('en');
  return search
    .toLocaleLowerCase('en')
    .split(/\s+/)
    .every((word) => within.includes(word));
}

function counted(count: number): string {
  return count.toLocaleString('en');
}
