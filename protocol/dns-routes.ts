/**
 * On-premises DNS suffixes: names under `corp.example` are asked of DNS servers that are machines of the
 * network. Set by policy, or for one machine by whoever starts its agent (a role's `DNSServers`). Pure.
 */
import { z } from 'zod';
import { IPV4_RANGE, isIpv6, parseIpv4 } from './addresses.ts';
import { CausewayError } from './errors.ts';
import { LIMITS } from './limits.ts';
import { DNS_ROOT, type Label, label } from './names.ts';

/** Service names have underscores (RFC 2782), reverse zones may have slashes (RFC 2317). */
const SUFFIX = /^[a-z0-9_](?:[a-z0-9_/-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_/-]{0,61}[a-z0-9_])?)*$/;

/** A domain without its trailing dot, lower case; not our own one, nor one that holds it. */
export const dnsSuffix = z
  .string()
  .max(LIMITS.DNS_SUFFIX_MAX_CHARACTERS.value)
  .regex(SUFFIX, 'not a domain')
  .refine((suffix) => !isWithin(suffix, DNS_ROOT) && !isWithin(DNS_ROOT, suffix), 'that is Causeway’s own domain');

/** A machine by its bare name, or by an overlay address, which stays when it is renamed. */
const dnsServer = z.union([label, z.ipv4(), z.ipv6()]);

export const dnsRoute = z.object({
  suffix: dnsSuffix,
  /** The first is asked first. Twice as many as machines: by policy each has an address of either family. */
  servers: z
    .array(dnsServer)
    .min(1)
    .max(2 * LIMITS.DNS_ROUTE_SERVERS_MAX.value),
});
export type DnsRoute = z.infer<typeof dnsRoute>;

/** The same as administrators say it, for a whole subscription. */
export const dnsRouteSetting = z.strictObject({
  suffix: dnsSuffix,
  /** Machines by name; one that is not there, or not reached, is left out. */
  servers: z.array(label).min(1).max(LIMITS.DNS_ROUTE_SERVERS_MAX.value),
  /** For whom, of those that reach a server. Computers of an office mostly know its names already. */
  machines: z.enum(['role-instances', 'all']).default('role-instances'),
});
export type DnsRouteSetting = z.infer<typeof dnsRouteSetting>;

/** All of a subscription. */
export const dnsRouteSettings = z
  .array(dnsRouteSetting)
  .max(LIMITS.DNS_ROUTES_MAX.value)
  .refine((routes) => new Set(routes.map(({ suffix }) => suffix)).size === routes.length, 'a suffix is there twice');

/**
 * Reads a suffix with its servers as people and service configurations write them: any letter case, a
 * trailing dot, servers with commas, semicolons or spaces between, a server's name with the suffix.
 * @throws CausewayError DNS_ROUTE_INVALID
 */
export function dnsRouteOf(suffixText: string, serversText: string): DnsRoute {
  const refuse = (issue: string) =>
    new CausewayError('DNS_ROUTE_INVALID', { route: `${suffixText}=${serversText}`.slice(0, 120), issue });
  const suffix = dnsSuffix.safeParse(suffixText.trim().toLowerCase().replace(/\.$/, ''));
  if (!suffix.success) throw refuse(`${suffixText || 'an empty text'} is no suffix that can be routed`);
  const texts = serversText.split(/[\s,;]+/).filter((text) => text !== '');
  if (texts.length === 0) throw refuse('no server is named');
  if (texts.length > LIMITS.DNS_ROUTE_SERVERS_MAX.value) {
    throw refuse(`there are more than ${LIMITS.DNS_ROUTE_SERVERS_MAX.value} servers`);
  }
  return { suffix: suffix.data, servers: texts.map((text) => serverOf(text, suffix.data, refuse)) };
}

/** Whether a name, in lower case and without trailing dot, is the domain or below it. */
export function isWithin(name: string, domain: string): boolean {
  return name === domain || name.endsWith(`.${domain}`);
}

function serverOf(text: string, suffix: string, refuse: (issue: string) => CausewayError): string {
  const lower = text.toLowerCase().replace(/\.$/, '');
  if (z.ipv4().safeParse(lower).success) {
    if (isOverlayIpv4(lower)) return lower;
    throw refuse(`${lower} is not an address of the network; write the machine’s name instead`);
  }
  if (isIpv6(lower)) {
    if (/^fd/.test(lower)) return lower;
    throw refuse(`${lower} is not an address of the network; write the machine’s name instead`);
  }
  const bare = label.safeParse(isWithin(lower, suffix) ? lower.slice(0, -suffix.length - 1) : lower);
  if (!bare.success) throw refuse(`${text} is not the name of a machine`);
  return bare.data satisfies Label;
}

function isOverlayIpv4(address: string): boolean {
  const [range = '', length = '0'] = IPV4_RANGE.split('/');
  const bits = (text: string) => new DataView(parseIpv4(text).buffer).getUint32(0) >>> (32 - Number(length));
  return bits(address) === bits(range);
}
