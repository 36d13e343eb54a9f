/**
 * The agent's DNS server as every host starts it: answers for the subscription's names from what the engine
 * knows, and passes on what is another's.
 */
import { ipv6Range } from '#protocol/addresses.ts';
import type { SelfFacts } from '#protocol/control-messages.ts';
import { forwardQuery } from '../dns/forward.ts';
import { askRoutedServers } from '../dns/routed-servers.ts';
import { type DnsServer, startDnsServer } from '../dns/server.ts';
import type { Zone } from '../dns/zone.ts';
import type { NameLookup } from '../engine/host.ts';

/** Where the server listens: an address of loopback, and a port; 0 for any that is free. */
export interface DnsPlace {
  readonly address: string;
  readonly port: number;
}

/**
 * @param others the servers that the computer had before, if this one has to ask them for everything that is not ours
 * @throws CausewayError PORT_IN_USE, PORT_FORBIDDEN
 */
export function startOwnDnsServer(
  lookup: NameLookup,
  others: () => readonly string[],
  place?: DnsPlace,
): Promise<DnsServer> {
  return startDnsServer({
    ...place,
    context: {
      zone: () => zoneOf(lookup.self(), routedSuffixes(lookup)),
      lookupName: (name) => lookup.byName(name),
      lookupAddress: (address) => lookup.byAddress(address),
      forwardsOthers: () => others().length > 0,
      forward: ({ suffix, ...question }, signal) =>
        suffix === null
          ? forwardQuery({ ...question, addresses: others() }, signal)
          : askRoutedServers(lookup, { ...question, suffix }, signal),
    },
  });
}

export function routedSuffixes(lookup: NameLookup): string[] {
  return lookup.routes().map(({ suffix }) => suffix);
}

export function zoneOf(self: SelfFacts, suffixes: readonly string[]): Zone {
  return {
    subscription: self.subscription.name,
    ipv6Range: ipv6Range(self.subscription.id),
    self,
    routedSuffixes: suffixes,
  };
}
