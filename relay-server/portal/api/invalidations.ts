/** Which queries have to ask again when something has changed, from the server's word or by a click here. */
import type { QueryClient } from '@tanstack/react-query';
import type { ChangedKind } from '#protocol/rest/watching.ts';
import { type Area, subscriptionsQuery } from './queries.ts';

/** What shows something of a kind, besides the area of the same name. Subscriptions tell the policy's version. */
const FOLLOWERS: Readonly<Record<ChangedKind, readonly Area[]>> = {
  subscriptions: [],
  groups: ['machines', 'connections', 'reach', 'tokens', 'subscriptions', 'lock'],
  roles: ['machines', 'connections', 'reach', 'tokens', 'subscriptions', 'lock'],
  connections: ['machines', 'reach', 'subscriptions', 'lock'],
  machines: ['groups', 'roles', 'subscriptions', 'reach', 'tokens', 'lock'],
  tokens: ['install-links', 'lock'],
  'install-links': ['tokens'],
  people: ['account'],
  'api-keys': [],
  account: ['people'],
  lock: [],
};

export function areasOf(kinds: readonly ChangedKind[]): ReadonlySet<Area> {
  // A kind of a later server has no followers here.
  const followers: Readonly<Partial<Record<ChangedKind, readonly Area[]>>> = FOLLOWERS;
  return new Set<Area>(['audit', ...kinds, ...kinds.flatMap((kind) => followers[kind] ?? [])]);
}

/** @param subscription its id or name; null for what belongs to the server */
export function invalidateAreas(
  queryClient: QueryClient,
  areas: ReadonlySet<Area>,
  subscription: string | null,
): Promise<void> {
  const named = queryClient.getQueryData(subscriptionsQuery.queryKey)?.find(({ id }) => id === subscription)?.name;
  return queryClient.invalidateQueries({
    predicate: ({ queryKey: [area, of] }) => {
      if (!areas.has(area as Area)) return false;
      if (subscription === null || of === null || of === subscription) return true;
      return named === undefined || of === named;
    },
  });
}

/** After a change that was made here, without waiting for the server's event. */
export function invalidateKinds(
  queryClient: QueryClient,
  subscription: string | null,
  ...kinds: readonly ChangedKind[]
): Promise<void> {
  return invalidateAreas(queryClient, areasOf(kinds), subscription);
}
