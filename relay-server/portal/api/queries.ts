/**
 * What several pages ask, and how keys are made. A key begins with an area, then the subscription as it
 * stands in the address (null for what belongs to the server), then whatever distinguishes the query:
 *
 *     queryKey: areaKey('groups', subscription, group)
 *
 * Changes that the server tells of invalidate by area and subscription, see invalidations.ts.
 */
import { queryOptions } from '@tanstack/react-query';
import { api, path } from './client.ts';
import type { Account, ApiKey, Connection, Group, List, Role, SignInWays, Subscription } from './shapes.ts';

/** Kinds of things that change together: those of the server's events, and what follows from them. */
export type Area =
  | 'subscriptions'
  | 'machines'
  | 'groups'
  | 'roles'
  | 'connections'
  | 'reach'
  | 'tokens'
  | 'install-links'
  | 'audit'
  | 'people'
  | 'api-keys'
  | 'relay'
  | 'lock'
  | 'account';

export function areaKey(area: Area, subscription: string | null, ...rest: readonly unknown[]): readonly unknown[] {
  return [area, subscription, ...rest];
}

/** Who is signed in. */
export const accountQuery = queryOptions({
  queryKey: areaKey('account', null),
  queryFn: ({ signal }) => api.get<Account>('/account', { signal }),
});

/** By which ways one can sign in; answered to everybody. */
export const signInWaysQuery = queryOptions({
  queryKey: areaKey('account', null, 'sign-in-ways'),
  queryFn: ({ signal }) => api.get<SignInWays>('/sign-in', { signal }),
});

export const subscriptionsQuery = queryOptions({
  queryKey: areaKey('subscriptions', null),
  queryFn: async ({ signal }) => (await api.get<List<Subscription>>('/subscriptions', { signal })).items,
});

export const subscriptionQuery = (name: string) =>
  queryOptions({
    queryKey: areaKey('subscriptions', name),
    queryFn: ({ signal }) => api.get<Subscription>(path`/subscriptions/${name}`, { signal }),
  });

/** For owners. */
export const apiKeysQuery = queryOptions({
  queryKey: areaKey('api-keys', null),
  queryFn: async ({ signal }) => (await api.get<List<ApiKey>>('/api-keys', { signal })).items,
});

export const groupsQuery = (subscription: string) =>
  queryOptions({
    queryKey: areaKey('groups', subscription),
    queryFn: async ({ signal }) =>
      (await api.get<List<Group>>(path`/subscriptions/${subscription}/groups`, { signal })).items,
  });

export const rolesQuery = (subscription: string) =>
  queryOptions({
    queryKey: areaKey('roles', subscription),
    queryFn: async ({ signal }) =>
      (await api.get<List<Role>>(path`/subscriptions/${subscription}/roles`, { signal })).items,
  });

export const connectionsQuery = (subscription: string) =>
  queryOptions({
    queryKey: areaKey('connections', subscription),
    queryFn: async ({ signal }) =>
      (await api.get<List<Connection>>(path`/subscriptions/${subscription}/connections`, { signal })).items,
  });
