/** The rule for names of computers, told while somebody types. The server's own is in protocol/names.ts. Pure. */

const NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** As it will be kept. */
export function computerName(typed: string): string {
  return typed.trim().toLowerCase();
}

/** @returns a sentence, or undefined if the name can be used */
export function nameIssue(typed: string): string | undefined {
  const name = computerName(typed);
  if (name === '') return 'Type a name.';
  if (NAME.test(name)) return undefined;
  return 'Use letters from a to z, digits and hyphens, at most 63 of them, with no hyphen at either end.';
}
