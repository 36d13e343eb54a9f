/** Machines of a subscription by what they belong to and by search, a page at a time, in the order of their names. */
import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { api, path } from './client.ts';
import { areaKey } from './queries.ts';
import type { Machine, MachinePage } from './shapes.ts';

const PAGE = 500;

export interface MachineFilter {
  /** Id or name; `none` for computers in no group. */
  readonly group?: string | undefined;
  readonly role?: string | undefined;
  readonly kind?: Machine['kind'] | undefined;
  readonly search?: string | undefined;
}

export const machinePagesQuery = (subscription: string, filter: MachineFilter) =>
  infiniteQueryOptions({
    queryKey: areaKey('machines', subscription, 'by-membership', filter),
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      api.get<MachinePage>(path`/subscriptions/${subscription}/machines`, {
        query: { ...filter, search: filter.search === '' ? undefined : filter.search, after: pageParam, limit: PAGE },
        signal,
      }),
    getNextPageParam: ({ next }) => next ?? undefined,
  });

/** The rows that are here so far, and what asks for more. */
export function useMachinePages(subscription: string, filter: MachineFilter) {
  const query = useInfiniteQuery({ ...machinePagesQuery(subscription, filter), placeholderData: (before) => before });
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const machines = useMemo(() => data?.pages.flatMap(({ items }) => items), [data]);
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  return { machines, total: data?.pages.at(-1)?.total ?? 0, hasMore: hasNextPage, more, error, refetch };
}
