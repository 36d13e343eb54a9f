/** What the policy page asks: groups, roles, connections, and what passes along them now. */
import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, path } from '../../api/client.ts';
import { areaKey, connectionsQuery, groupsQuery, rolesQuery } from '../../api/queries.ts';
import type { Activity } from '../../api/shapes.ts';
import type { WholePolicy } from './shown-part.ts';

const ACTIVITY_MS = 2_000;

/** Asked again every two seconds while somebody looks; no longer when the window is hidden. */
const activityQuery = (subscription: string) =>
  queryOptions({
    queryKey: areaKey('connections', subscription, 'activity'),
    queryFn: ({ signal }) => api.get<Activity>(path`/subscriptions/${subscription}/activity`, { signal }),
    refetchInterval: ACTIVITY_MS,
  });

export interface PolicyAnswer {
  /** Undefined until all three have come. */
  readonly policy: WholePolicy | undefined;
  readonly error: unknown;
  retry(): void;
}

export function usePolicy(subscription: string): PolicyAnswer {
  const groups = useQuery(groupsQuery(subscription));
  const roles = useQuery(rolesQuery(subscription));
  const connections = useQuery(connectionsQuery(subscription));
  const whole = groups.data !== undefined && roles.data !== undefined && connections.data !== undefined;
  return {
    policy: whole ? { groups: groups.data, roles: roles.data, connections: connections.data } : undefined,
    error: groups.error ?? roles.error ?? connections.error,
    retry: () => void Promise.all([groups.refetch(), roles.refetch(), connections.refetch()]),
  };
}

export interface Passing {
  readonly pairs: number;
  readonly bytesPerSecond: number;
}

/** By the id of a connection, or of a group whose members reach each other. */
export type PassingNow = ReadonlyMap<string, Passing>;

export function usePassingNow(subscription: string): PassingNow {
  return useQuery({ ...activityQuery(subscription), select: byId }).data ?? NOTHING;
}

const NOTHING: PassingNow = new Map();

function byId({ connections, groups }: Activity): PassingNow {
  return new Map([...connections, ...groups].map(({ id, ...passing }) => [id, passing]));
}
