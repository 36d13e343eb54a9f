/** What the pages about installing ask. */
import { queryOptions } from '@tanstack/react-query';
import { api, path } from '../../api/client.ts';
import { areaKey } from '../../api/queries.ts';
import type { InstallLink, InstallPage, List, Token, TokenUse } from '../../api/shapes.ts';

export const installLinksQuery = (subscription: string) =>
  queryOptions({
    queryKey: areaKey('install-links', subscription),
    queryFn: async ({ signal }) =>
      (await api.get<List<InstallLink>>(path`/subscriptions/${subscription}/install-links`, { signal })).items,
  });

export const tokensQuery = (subscription: string) =>
  queryOptions({
    queryKey: areaKey('tokens', subscription),
    queryFn: async ({ signal }) =>
      (await api.get<List<Token>>(path`/subscriptions/${subscription}/tokens`, { signal })).items,
  });

export const tokenUsesQuery = (subscription: string, token: string) =>
  queryOptions({
    queryKey: areaKey('tokens', subscription, token, 'uses'),
    queryFn: async ({ signal }) =>
      (await api.get<List<TokenUse>>(path`/subscriptions/${subscription}/tokens/${token}/uses`, { signal })).items,
  });

/** What a link's page shows. Nobody has to be signed in for it; the token is no part of it. */
export const installPageQuery = (link: string) =>
  queryOptions({
    queryKey: ['install-page', link],
    queryFn: ({ signal }) => api.get<InstallPage>(path`/install/${link}`, { signal }),
  });
