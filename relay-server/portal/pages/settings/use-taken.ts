/** Counts what would go with a subscription, while somebody looks at the question whether it shall. */
import { useQuery } from '@tanstack/react-query';
import { apiKeysQuery, connectionsQuery, groupsQuery, rolesQuery } from '../../api/queries.ts';
import type { Subscription } from '../../api/shapes.ts';
import { installLinksQuery, tokensQuery } from '../install/install-queries.ts';
import { linkState, tokenState } from '../install/token-state.ts';
import type { Taken } from './removal-words.ts';

/** For owners. @returns undefined until all of it is known */
export function useTaken({ id, name, machines }: Subscription): Taken | undefined {
  const { data: groups } = useQuery(groupsQuery(name));
  const { data: roles } = useQuery(rolesQuery(name));
  const { data: connections } = useQuery(connectionsQuery(name));
  const { data: tokens } = useQuery(tokensQuery(name));
  const { data: links } = useQuery(installLinksQuery(name));
  const { data: keys } = useQuery(apiKeysQuery);
  if (!(groups && roles && connections && tokens && links && keys)) return undefined;
  const now = Date.now();
  return {
    machines,
    instances: roles.reduce((sum, { instances }) => sum + instances, 0),
    groups: groups.length,
    roles: roles.length,
    connections: connections.length,
    tokens: tokens.filter((one) => one.installLink === null && tokenState(one, now).word === 'valid').length,
    links: links.filter((link) => linkState(link, now).word === 'valid').length,
    keys: keys.filter(({ subscription }) => subscription === id).length,
  };
}
