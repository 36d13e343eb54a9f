/**
 * Which names are ours to answer for: the subscription's own domain and the reverse domains of its
 * addresses; and which on-premises ones we pass on. Pure classification of a question's labels; knows no packets and asks nobody.
 */
import { formatIpv6, IPV6_PREFIX_LENGTH, parseIpv6 } from '#protocol/addresses.ts';
import { fullName, type Label, label, suffixOf } from '#protocol/names.ts';

/** A machine as DNS sees it. */
export interface NamedMachine {
  readonly name: Label;
  readonly ipv4: string;
  readonly ipv6: string;
}

/** All that the resolver knows without asking. */
export interface Zone {
  readonly subscription: Label;
  /** The subscription's range, `fd12:3456:789a::/48`. */
  readonly ipv6Range: string;
  /** This machine, which always reaches itself. */
  readonly self: NamedMachine;
  /** On-premises suffixes whose names are asked of DNS servers in the network, lower case. */
  readonly routedSuffixes: readonly string[];
}

/**
 * What a question is about. `apex`: the top of one of our domains. `inner`: no machine, but the name
 * exists because machines lie below it (RFC 8020). `nothing`: below our domains, and no machine can be
 * called so. `routed`: under an on-premises suffix, for others to answer; `host` is what a machine would be
 * called whose on-premises name this is. `foreign`: not ours.
 */
export type Subject =
  | { readonly kind: 'name'; readonly apex: string; readonly name: Label }
  | { readonly kind: 'address'; readonly apex: string; readonly address: string }
  | { readonly kind: 'apex' | 'inner' | 'nothing'; readonly apex: string }
  | { readonly kind: 'routed'; readonly suffix: string; readonly host: Label | null }
  | { readonly kind: 'foreign' };

/** Second octets of 100.64.0.0/10: each has a reverse domain, because reverse domains end on octets. */
const IPV4_FIRST_OCTET = '100';
const SECOND_OCTETS = { from: 64, to: 127 };
const PREFIX_NIBBLES = IPV6_PREFIX_LENGTH / 4;
const FOREIGN: Subject = { kind: 'foreign' };

/** Every domain that this zone answers for: the forward one first, then the reverse ones. */
export function domainsOf(zone: Pick<Zone, 'subscription' | 'ipv6Range'>): { forward: string; reverse: string[] } {
  const reverse = [ipv6Domain(zone.ipv6Range)];
  for (let octet = SECOND_OCTETS.from; octet <= SECOND_OCTETS.to; octet++) {
    reverse.push(`${octet}.${IPV4_FIRST_OCTET}.in-addr.arpa`);
  }
  return { forward: suffixOf(zone.subscription), reverse };
}

/** @param labels of the question, from the left, any letter case. */
export function classify(labels: readonly string[], zone: Zone): Subject {
  const lower = labels.map((text) => text.toLowerCase());
  const forward = suffixOf(zone.subscription);
  const below = labelsBelow(lower, forward.split('.'));
  if (below) return classifyForward(below, forward);

  const arpa6 = ipv6Domain(zone.ipv6Range);
  const nibbles = labelsBelow(lower, arpa6.split('.'));
  if (nibbles) return classifyIpv6(nibbles, arpa6);

  const octets = labelsBelow(lower, [IPV4_FIRST_OCTET, 'in-addr', 'arpa']);
  const reverse = octets ? classifyIpv4(octets) : FOREIGN;
  return reverse.kind === 'foreign' ? classifyRouted(lower, zone.routedSuffixes) : reverse;
}

/** The machine's full name, for a PTR record. */
export function fullNameIn(zone: Zone, name: Label): string {
  return fullName(name, zone.subscription);
}

/** The longest suffix that fits counts. */
function classifyRouted(lower: readonly string[], suffixes: readonly string[]): Subject {
  let found: Subject = FOREIGN;
  let shortest = Number.POSITIVE_INFINITY;
  for (const suffix of suffixes) {
    const below = labelsBelow(lower, suffix.split('.'));
    if (below === null || below.length >= shortest) continue;
    shortest = below.length;
    const host = label.safeParse(below[0]);
    found = { kind: 'routed', suffix, host: below.length === 1 && host.success ? host.data : null };
  }
  return found;
}

function classifyForward(below: readonly string[], apex: string): Subject {
  if (below.length === 0) return { kind: 'apex', apex };
  const name = label.safeParse(below[0]);
  return below.length === 1 && name.success ? { kind: 'name', apex, name: name.data } : { kind: 'nothing', apex };
}

function classifyIpv6(below: readonly string[], apex: string): Subject {
  const hostNibbles = 32 - PREFIX_NIBBLES;
  if (below.length === 0) return { kind: 'apex', apex };
  if (below.length > hostNibbles || !below.every((text) => /^[0-9a-f]$/.test(text))) return { kind: 'nothing', apex };
  if (below.length < hostNibbles) return { kind: 'inner', apex };
  const nibbles = [...below, ...apex.split('.').slice(0, PREFIX_NIBBLES)].reverse();
  const groups = nibbles.join('').match(/.{4}/g) ?? [];
  return { kind: 'address', apex, address: formatIpv6(parseIpv6(groups.join(':'))) };
}

function classifyIpv4(below: readonly string[]): Subject {
  const second = below.at(-1);
  const isOctet = (text: string) => /^(?:0|[1-9]\d{0,2})$/.test(text) && Number(text) <= 255;
  if (second === undefined || !isOctet(second)) return FOREIGN;
  if (Number(second) < SECOND_OCTETS.from || Number(second) > SECOND_OCTETS.to) return FOREIGN;
  const apex = `${second}.${IPV4_FIRST_OCTET}.in-addr.arpa`;
  if (below.length === 1) return { kind: 'apex', apex };
  if (below.length > 3 || !below.every(isOctet)) return { kind: 'nothing', apex };
  if (below.length < 3) return { kind: 'inner', apex };
  return { kind: 'address', apex, address: [IPV4_FIRST_OCTET, ...[...below].reverse()].join('.') };
}

function ipv6Domain(range: string): string {
  const [address = ''] = range.split('/');
  const digits = Array.from(parseIpv6(address), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${[...digits.slice(0, PREFIX_NIBBLES)].reverse().join('.')}.ip6.arpa`;
}

/** The labels left of `domain`, or null when the name does not end in it. */
function labelsBelow(labels: readonly string[], domain: readonly string[]): readonly string[] | null {
  const below = labels.length - domain.length;
  return below >= 0 && domain.every((text, index) => labels[below + index] === text) ? labels.slice(0, below) : null;
}
