/** The install link that the guide makes: for a few computers, or for the instances of a role. */
import { skipToken, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, path } from '../../api/client.ts';
import { invalidateKinds } from '../../api/invalidations.ts';
import type { CreatedInstallLink, InstallLink } from '../../api/shapes.ts';
import { installLinksQuery } from '../install/install-queries.ts';
import { linkState } from '../install/token-state.ts';

const DAY_MS = 86_400_000;
export const COMPUTERS = { uses: 10, days: 7 } as const;
/** Instances come and go as the cloud starts them. */
export const INSTANCES = { uses: null, days: 30 } as const;

/**
 * The link that was made since the page was loaded. The server tells its token once; here it stays in
 * memory, so that looking at another page in between loses nothing.
 * @param role its name; undefined for computers
 */
export function useLinkForGuide(subscription: string, role: string | undefined) {
  const queryClient = useQueryClient();
  const key = ['link-for-guide', subscription, role ?? null];
  const { data: link } = useQuery<CreatedInstallLink>({
    queryKey: key,
    queryFn: skipToken,
    gcTime: Number.POSITIVE_INFINITY,
  });
  const make = useMutation({
    mutationFn: () => {
      const { uses, days } = role === undefined ? COMPUTERS : INSTANCES;
      return api.post<CreatedInstallLink>(path`/subscriptions/${subscription}/install-links`, {
        description: role === undefined ? 'First computers' : `Instances of ${role}`.slice(0, 200),
        uses,
        expiresAt: new Date(Date.now() + days * DAY_MS).toISOString(),
        ...(role === undefined ? {} : { role }),
      });
    },
    onSuccess: (created) => {
      queryClient.setQueryData(key, created);
      void invalidateKinds(queryClient, subscription, 'install-links', 'tokens');
    },
  });
  return { link, make };
}

/** The newest link of an earlier visit that still lets computers in. Its token can not be shown any more. */
export function useEarlierLink(subscription: string, role: string | undefined): InstallLink | undefined {
  const { data } = useQuery(installLinksQuery(subscription));
  const now = Date.now();
  return data
    ?.filter((link) => linkState(link, now).word === 'valid' && (link.token.role === null) === (role === undefined))
    .toSorted((a, b) => b.createdAt.localeCompare(a.createdAt))[0];
}
