/**
 * The on-premises DNS suffixes of a subscription as the policy has them, and how one of them is changed. The
 * server takes all of them at once, so a change is made on what is there now, and never on what a page showed.
 */
import { queryOptions } from '@tanstack/react-query';
import { api, path } from '../../api/client.ts';
import { areaKey } from '../../api/queries.ts';
import { Refusal } from '../../api/refusal.ts';
import type { DnsRoute, PolicyChange, PolicyDocument } from '../../api/shapes.ts';

export const dnsRoutesQuery = (subscription: string) =>
  queryOptions({
    queryKey: areaKey('subscriptions', subscription, 'dns-routes'),
    queryFn: ({ signal }) => dnsRoutesNow(subscription, signal),
  });

/**
 * @param before as the person saw it; undefined for a new one
 * @param after undefined: it is removed
 * @throws Refusal when somebody else has changed or removed it, or added the same, meanwhile
 */
export async function changeOfRoute(
  subscription: string,
  before: DnsRoute | undefined,
  after: DnsRoute | undefined,
): Promise<PolicyChange> {
  return { do: 'set-dns-routes', routes: routesWith(await dnsRoutesNow(subscription), before, after) };
}

/** Pure. @throws Refusal as {@link changeOfRoute} */
export function routesWith(
  now: readonly DnsRoute[],
  before: DnsRoute | undefined,
  after: DnsRoute | undefined,
): DnsRoute[] {
  const there = now.find(({ suffix }) => suffix === before?.suffix);
  if (before !== undefined && (there === undefined || !isSame(there, before))) throw changedMeanwhile(before.suffix);
  const others = now.filter(({ suffix }) => suffix !== before?.suffix);
  if (after === undefined) return others;
  if (others.some(({ suffix }) => suffix === after.suffix)) throw changedMeanwhile(after.suffix);
  return [...others, after];
}

async function dnsRoutesNow(subscription: string, signal?: AbortSignal): Promise<readonly DnsRoute[]> {
  const address = path`/subscriptions/${subscription}/policy`;
  return (await api.get<PolicyDocument>(address, signal === undefined ? {} : { signal })).dnsRoutes ?? [];
}

function isSame(a: DnsRoute, b: DnsRoute): boolean {
  return a.machines === b.machines && a.servers.join() === b.servers.join();
}

function changedMeanwhile(suffix: string): Refusal {
  return new Refusal(412, {
    code: 'CHANGED_MEANWHILE',
    message: `Somebody else changed ${suffix} meanwhile.`,
    remedy:
      'Nothing of yours was saved: close this, look at what is there now, and change it again if you still want to.',
  });
}
