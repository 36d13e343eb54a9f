/**
 * Does this computer already use the overlay's addresses? Pure, on routes as `ip -json route` lists them.
 *
 * The rule: another interface's route to a range that is equal to one of ours or lies inside it, in any
 * table, is an overlap. An address counts through its route in the table `local`. A wider route (the
 * default route, a site's 100.0.0.0/8) is none: it goes on serving all but our range. A name server of the
 * computer inside our ranges is an overlap as well: our routes would cut it off, and with it every name.
 *
 * A computer whose own provider numbers it out of 100.64.0.0/10 (carrier-grade NAT without a router in
 * between, RFC 6598 §4) is refused too, although its longer prefix would keep winning: addresses of the
 * provider beyond that prefix, often its name servers, are reached by the default route and would vanish
 * into the tunnel.
 */
import { parseIpv4, parseIpv6 } from '#protocol/addresses.ts';

/** The fields of `ip -json route show` that matter here; a name server is one with an address only. */
export interface Route {
  /** `default`, an address, or a range in CIDR form. */
  readonly dst: string;
  /** Absent for blackhole and the like, and for multipath routes. */
  readonly dev?: string | undefined;
}

/**
 * @param ranges in CIDR form.
 * @param adapter our own interface, whose routes do not count.
 * @returns the first range of `ranges` that is taken, and the route that takes it.
 */
export function findOverlap(
  routes: readonly Route[],
  ranges: readonly string[],
  adapter: string,
): { range: string; route: Route } | null {
  for (const route of routes) {
    if (route.dev === adapter || route.dst === 'default') continue;
    const range = ranges.find((candidate) => isInside(route.dst, candidate));
    if (range !== undefined) return { range, route };
  }
  return null;
}

/** Whether every address of `inner` is one of `outer`'s; false for different families. */
export function isInside(inner: string, outer: string): boolean {
  const [a, b] = [parseRange(inner), parseRange(outer)];
  if (!a || !b || a.bytes.length !== b.bytes.length || a.length < b.length) return false;
  for (let bit = 0; bit < b.length; bit++) {
    if (bitOf(a.bytes, bit) !== bitOf(b.bytes, bit)) return false;
  }
  return true;
}

function bitOf(bytes: Uint8Array, bit: number): number {
  return ((bytes[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1;
}

function parseRange(text: string): { bytes: Uint8Array; length: number } | null {
  const [address = '', length] = text.split('/');
  try {
    const bytes = address.includes(':') ? parseIpv6(address) : parseIpv4(address);
    return { bytes, length: length === undefined ? bytes.length * 8 : Number(length) };
  } catch {
    return null; // `ip` also lists keywords (`multicast`) that are no ranges.
  }
}
