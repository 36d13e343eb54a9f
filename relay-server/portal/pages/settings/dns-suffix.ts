/** What may be routed as an on-premises DNS suffix, as the server judges it (protocol/dns-routes.ts). Pure. */

const LONGEST = 253;
const LABEL_LONGEST = 63;
/** DNS_ROOT of protocol/names.ts. */
const OWN = 'causeway.internal';

/** DNS_ROUTES_MAX and DNS_ROUTE_SERVERS_MAX of the limits. */
export const SUFFIXES_MAX = 32;
export const SERVERS_MAX = 4;

/** What people type and paste, as near to a suffix as it gets: "*.Corp.Example." becomes "corp.example". */
export function asSuffix(typed: string): string {
  return typed
    .toLowerCase()
    .replace(/\s+/g, '')
    .replace(/^\*?\./, '')
    .replace(/\.$/, '');
}

/**
 * @param suffix of {@link asSuffix}
 * @param others suffixes that there are already
 * @returns what is wrong with it, in a sentence; undefined for a good one
 */
export function suffixProblem(suffix: string, others: readonly string[]): string | undefined {
  if (suffix === '') return 'Write the domain, such as corp.example.';
  if (!/^[a-z0-9_./-]*$/.test(suffix)) return 'Only the letters a to z, digits, hyphens and dots can stand in it.';
  if (suffix.length > LONGEST) return `It can have ${LONGEST} characters at most.`;
  const labels = suffix.split('.');
  if (labels.includes('')) return 'Between two dots there is something missing.';
  if (labels.some((label) => label.length > LABEL_LONGEST)) {
    return `Between two dots there can be ${LABEL_LONGEST} characters at most.`;
  }
  if (labels.some((label) => /^[-/]|[-/]$/.test(label))) return 'No part of it can begin or end with a hyphen.';
  if (isWithin(suffix, OWN) || isWithin(OWN, suffix)) return `That is Causeway’s own domain, ${OWN}.`;
  if (others.includes(suffix)) return `${suffix} is set up already. Edit that one.`;
  return undefined;
}

/** Whether to say so while it is still being written: no more letters would make it good. */
export function isHopeless(suffix: string, others: readonly string[]): boolean {
  return (
    suffix !== '' && suffixProblem(`${suffix}x`, others) !== undefined && suffixProblem(suffix, others) !== undefined
  );
}

function isWithin(name: string, domain: string): boolean {
  return name === domain || name.endsWith(`.${domain}`);
}
