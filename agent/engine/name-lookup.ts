/** Names and addresses as the machine's own name server asks for them, out of what the policy lets it know. */
import type { SelfFacts } from '#protocol/control-messages.ts';
import type { DnsRoute } from '#protocol/dns-routes.ts';
import { isRefusal } from '#protocol/errors.ts';
import type { NameLookup } from './host.ts';
import type { PeerDirectory } from './peer-directory.ts';

/**
 * @param self this machine as it is called now
 * @param own on-premises suffixes of this machine alone, which come before those of the policy
 */
export function nameLookup(directory: PeerDirectory, self: () => SelfFacts, own: readonly DnsRoute[] = []): NameLookup {
  return {
    self,
    routes: () => {
      const isOwn = (suffix: string) => own.some((route) => route.suffix === suffix);
      return [...own, ...(self().dnsRoutes ?? []).filter(({ suffix }) => !isOwn(suffix))];
    },
    byName: async (name) => {
      if (name === self().name) return self();
      return answer(async () => (await directory.byName(name)).machine);
    },
    byAddress: async (address) => {
      if (address === self().ipv4 || address === self().ipv6) return self();
      return answer(async () => (await directory.byAddress(address)).machine);
    },
  };
}

async function answer<Found>(find: () => Promise<Found>): Promise<Found | 'unknown' | 'unavailable'> {
  try {
    return await find();
  } catch (error) {
    return isRefusal(error, 'NAME_UNKNOWN') || isRefusal(error, 'POLICY_DENIED') ? 'unknown' : 'unavailable';
  }
}
