/**
 * What the shell itself asks, and how keys are made. A key begins with an area, then the subscription as
 * it stands in the address (null for what belongs to the server), then whatever distinguishes the query:
 *
 *     queryKey: areaKey('groups', subscription, group)
 *
 * Changes that the server tells of invalidate by area and subscription, see live.ts.
 */
import { queryOptions } from '@tanstack/react-query';
import { api, path } from './client.ts';
import type { List, Subscription } from './shapes.ts';

/** Kinds of things that change together. */
export type Area =
  | 'subscriptions'
  | 'machines'
  | 'groups'
  | 'roles'
  | 'connections'
  | 'tokens'
  | 'install-links'
  | 'audit'
  | 'people'
  | 'api-keys'
  | 'relay'
  | 'session';

export function areaKey(area: Area, subscription: string | null, ...rest: readonly unknown[]): readonly unknown[] {
  return [area, subscription, ...rest];
}

export const subscriptionsQuery = queryOptions({
  queryKey: areaKey('subscriptions', null),
  queryFn: async ({ signal }) => (await api.get<List<Subscription>>('/subscriptions', { signal })).items,
});

export const subscriptionQuery = (name: string) =>
  queryOptions({
    queryKey: areaKey('subscriptions', name),
    queryFn: ({ signal }) => api.get<Subscription>(path`/subscriptions/${name}`, { signal }),
  });
