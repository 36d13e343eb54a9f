/** Words of the application's command line. Pure. */

/** @returns the value of the first `--name=value` that has one */
export function optionOf(words: readonly string[], name: string): string | undefined {
  const start = `--${name}=`;
  const word = words.find((word) => word.startsWith(start) && word.length > start.length);
  return word?.slice(start.length);
}
