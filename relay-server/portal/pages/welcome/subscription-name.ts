/** What a subscription may be called: its name is a part of host names (RFC 1123 §2.1). Pure. */

const LONGEST = 63;

/** @returns what is wrong with it, in a sentence; undefined for a good one */
export function subscriptionNameProblem(name: string): string | undefined {
  if (name === '') return 'Give it a name.';
  if (!/^[a-z0-9-]*$/.test(name)) return 'Only the letters a to z, digits and hyphens can stand in it.';
  if (name.startsWith('-') || name.endsWith('-')) return 'It can not begin or end with a hyphen.';
  if (name.length > LONGEST) return `It can have ${LONGEST} characters at most.`;
  return undefined;
}

/** What people type, as near to a name as it gets: "Contoso AG" becomes "contoso-ag". */
export function asSubscriptionName(typed: string): string {
  return typed.toLowerCase().replace(/[\s_.]+/g, '-');
}
