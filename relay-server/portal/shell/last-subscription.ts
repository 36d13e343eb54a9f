/**
 * Which subscription the navigation speaks of: the one in the address; on pages of the server itself,
 * the one last looked at.
 */
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useEffect } from 'react';
import { subscriptionsQuery } from '../api/queries.ts';
import type { Subscription } from '../api/shapes.ts';

const KEY = 'causeway-last-subscription';

/** @returns undefined while it is not known, or where there is none. */
export function useCurrentSubscription(): string | undefined {
  const { subscription } = useParams({ strict: false });
  const { data, isFetching } = useQuery(subscriptionsQuery);
  useEffect(() => {
    if (subscription !== undefined) localStorage.setItem(KEY, subscription);
  }, [subscription]);
  if (data === undefined) return subscription;
  const gone = subscription !== undefined && !isFetching && !data.some((one) => isSubscription(one, subscription));
  return subscription === undefined || gone ? preferred(data.map(({ name }) => name)) : subscription;
}

/** Whether it is the one that stands in an address, by its id or its name in any case. */
export function isSubscription({ id, name }: Pick<Subscription, 'id' | 'name'>, asked: string): boolean {
  return id === asked || name === asked.toLowerCase();
}

/** For pages below /s/$subscription: its name (or id) as it stands in the address. */
export function useSubscription(): string {
  return useParams({ from: '/shell/s/$subscription' }).subscription;
}

/** The one last looked at if there still is, else the first. */
export function preferred(names: readonly string[]): string | undefined {
  const last = localStorage.getItem(KEY);
  return last !== null && names.includes(last) ? last : names[0];
}
