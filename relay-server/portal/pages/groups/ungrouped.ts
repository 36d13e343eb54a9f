/** Computers in no group, counted. */
import { queryOptions } from '@tanstack/react-query';
import { api, path } from '../../api/client.ts';
import { areaKey } from '../../api/queries.ts';
import type { MachinePage } from '../../api/shapes.ts';

export const ungroupedCountQuery = (subscription: string) =>
  queryOptions({
    queryKey: areaKey('machines', subscription, 'ungrouped-count'),
    queryFn: async ({ signal }) => {
      const query = { group: 'none', kind: 'local-endpoint', limit: 1 };
      return (await api.get<MachinePage>(path`/subscriptions/${subscription}/machines`, { query, signal })).total;
    },
  });
