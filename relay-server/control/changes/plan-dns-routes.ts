/**
 * What a change of the on-premises DNS suffixes comes to.
 */
import type { DnsRouteSetting } from '#protocol/dns-routes.ts';
import type { PolicyChange } from '#protocol/rest/changes.ts';
import type { Draft } from './draft.ts';
import { nothing, type Step } from './step.ts';

export function setDnsRoutes(draft: Draft, change: Extract<PolicyChange, { do: 'set-dns-routes' }>): Step {
  const before = draft.dnsRoutes;
  const routes = change.routes.toSorted((a, b) => (a.suffix < b.suffix ? -1 : 1));
  if (sameRoutes(before, routes)) return nothing(undefined, 'The on-premises DNS suffixes are like that already.');
  draft.dnsRoutes = routes;
  const { id, name } = draft.home.record;
  return {
    id,
    sentence: sentenceOf(routes),
    operations: [{ do: 'set-dns-routes', subscription: id, routes }],
    told: {
      action: 'dns-routes.change',
      target: { kind: 'subscription', id, name },
      before: { routes: before.map(textOf) },
      after: { routes: routes.map(textOf) },
    },
    undo: [{ do: 'set-dns-routes', routes: [...before] }],
    kinds: ['subscriptions'],
  };
}

/** By suffix, in order. */
export function sameRoutes(a: readonly DnsRouteSetting[], b: readonly DnsRouteSetting[]): boolean {
  return a.length === b.length && a.every((route, at) => textOf(route) === textOf(b[at] as DnsRouteSetting));
}

function sentenceOf(routes: readonly DnsRouteSetting[]): string {
  if (routes.length === 0) return 'Routes no on-premises DNS suffix any more.';
  return `Routes on-premises DNS suffixes: ${routes.map(textOf).join('; ')}.`;
}

/** "corp.example to dc1, dc2 for role instances" */
function textOf({ suffix, servers, machines }: DnsRouteSetting): string {
  return `${suffix} to ${servers.join(', ')} for ${machines === 'all' ? 'all machines' : 'role instances'}`;
}
