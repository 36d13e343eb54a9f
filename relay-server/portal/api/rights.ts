/** What the person in front of the page may do. The server decides; this only keeps idle buttons away. */
import { useQuery } from '@tanstack/react-query';
import { accountQuery } from './queries.ts';

export interface MayDo {
  /** Change what is in subscriptions. */
  readonly change: boolean;
  /** And also people, API keys and the subscriptions themselves. */
  readonly own: boolean;
}

/** Nothing, until the server has said who this is. */
export function useRights(): MayDo {
  const { data } = useQuery(accountQuery);
  return { change: data !== undefined && data.rights !== 'viewer', own: data?.rights === 'owner' };
}
