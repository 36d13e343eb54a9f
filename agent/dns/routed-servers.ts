/**
 * Asks the DNS servers of on-premises suffixes: finds the route, the addresses of its servers as this
 * machine may reach them, and has the question passed on. Knows names and addresses, no packets.
 */
import { isIP } from 'node:net';
import type { DnsRoute } from '#protocol/dns-routes.ts';
import type { Label } from '#protocol/names.ts';
import type { NameResult } from './answer.ts';
import { forwardQuery } from './forward.ts';
import { withoutGlue } from './forwarded-answer.ts';
import type { ForwardedQuestion } from './server.ts';

export interface RoutedServers {
  /** As they are now. */
  routes(): readonly DnsRoute[];
  byName(name: Label): Promise<NameResult>;
}

/** @returns null when no server answers, or policy lets this machine reach none. */
export async function askRoutedServers(
  { routes, byName }: RoutedServers,
  { suffix, message, overTcp }: ForwardedQuestion & { readonly suffix: string },
  signal: AbortSignal,
): Promise<Uint8Array | null> {
  const servers = routes().find((route) => route.suffix === suffix)?.servers ?? [];
  const found = await Promise.all(servers.map((server) => addressesOf(server, byName)));
  const answer = await forwardQuery({ message, overTcp, addresses: inTurn(found) }, signal);
  return answer && withoutGlue(answer);
}

/** The IPv4 address first: some DNS servers listen there only. */
async function addressesOf(server: string, byName: RoutedServers['byName']): Promise<string[]> {
  if (isIP(server) !== 0) return [server];
  const found = await byName(server as Label);
  return typeof found === 'object' ? [found.ipv4, found.ipv6] : [];
}

/** Every server's first address before any second one. */
function inTurn(lists: readonly (readonly string[])[]): string[] {
  const longest = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, at) => lists.flatMap((list) => list.slice(at, at + 1))).flat();
}
