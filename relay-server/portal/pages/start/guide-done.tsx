/** After the three steps: start the role, try it, and where to go on. */
import { Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Cable, Download, type LucideIcon, Route, Users } from 'lucide-react';
import type { ReactNode } from 'react';
import { api, path } from '../../api/client.ts';
import { areaKey } from '../../api/queries.ts';
import { useRights } from '../../api/rights.ts';
import type { Connection, Machine, MachinePage } from '../../api/shapes.ts';
import { CopyBlock } from '../../components/copy-block.tsx';
import { LinkAnchor } from '../../components/links.tsx';
import { Panel } from '../../components/panel.tsx';
import classes from './guide-done.module.css';
import { namesInWords, sideOf } from './guide-state.ts';
import { InstallCommands } from './install-commands.tsx';
import { Waiting } from './waiting.tsx';

export interface GuideDoneProps {
  readonly subscription: string;
  readonly connection: Connection;
}

export function GuideDone({ subscription, connection }: GuideDoneProps) {
  const [role, group] = [sideOf(connection, 'role'), sideOf(connection, 'group')];
  const members = useMembers(subscription, 'group', group?.id);
  const instances = useMembers(subscription, 'role', role?.id);
  const { change, own } = useRights();
  const target = members?.items[0];
  const names = (instances?.items ?? []).map(({ name }) => name);
  return (
    <section aria-labelledby="what-now">
      <Title order={2} id="what-now" className={classes.heading}>
        That is all. What now?
      </Title>
      <Panel>
        <Stack gap="xl">
          {role !== undefined && (
            <div>
              <Title order={3}>Start {role.name} in your cloud</Title>
              <div role="status" className={classes.lead}>
                {instances === undefined || instances.total === 0 ? (
                  <Waiting>{`Waiting for the first instance of ${role.name}…`}</Waiting>
                ) : (
                  <>
                    <strong>{namesInWords(names, instances.total)}</strong> {instances.total === 1 ? 'is' : 'are'} here.
                    More instances appear by themselves.
                  </>
                )}
              </div>
              {change && (
                <InstallCommands
                  subscription={subscription}
                  role={role.name}
                  makeLabel={`Show how to start ${role.name}`}
                />
              )}
            </div>
          )}
          {target !== undefined && (
            <div>
              <Title order={3}>Try it</Title>
              <div className={classes.lead}>
                <CopyBlock
                  label={role === undefined ? 'On a computer of the other group:' : `On an instance of ${role.name}:`}
                  text={`ping ${fullName(target, subscription)}`}
                  what="command"
                />
              </div>
            </div>
          )}
          <nav aria-label="Where to go on">
            <ul className={classes.places}>
              <Place icon={Cable} to="/s/$subscription/policy" subscription={subscription} title="See the picture">
                Who may reach whom, as lines that you draw and cut.
              </Place>
              <Place icon={Route} to="/s/$subscription/reach" subscription={subscription} title="Can A reach B?">
                The answer, and the reason in a sentence.
              </Place>
              <Place icon={Download} to="/s/$subscription/install" subscription={subscription} title="More computers">
                Links and tokens for whoever sets them up.
              </Place>
              {own && (
                <Place icon={Users} to="/people" subscription={subscription} title="Invite others">
                  People who look after this server with you.
                </Place>
              )}
            </ul>
          </nav>
        </Stack>
      </Panel>
    </section>
  );
}

interface PlaceProps {
  readonly icon: LucideIcon;
  readonly to: '/s/$subscription/policy' | '/s/$subscription/reach' | '/s/$subscription/install' | '/people';
  readonly subscription: string;
  readonly title: string;
  readonly children: ReactNode;
}

function Place({ icon: Icon, to, subscription, title, children }: PlaceProps) {
  return (
    <li className={classes.place}>
      <Icon size={20} strokeWidth={1.75} aria-hidden />
      <div>
        <LinkAnchor to={to} params={{ subscription }} className={classes.link}>
          {title}
        </LinkAnchor>
        <Text size="sm" c="dimmed">
          {children}
        </Text>
      </div>
    </li>
  );
}

function useMembers(subscription: string, of: 'group' | 'role', id: string | undefined): MachinePage | undefined {
  const { data } = useQuery({
    queryKey: areaKey('machines', subscription, 'guide', of, id),
    queryFn: ({ signal }) =>
      api.get<MachinePage>(path`/subscriptions/${subscription}/machines`, { signal, query: { [of]: id, limit: 2 } }),
    enabled: id !== undefined,
  });
  return data;
}

function fullName({ name }: Machine, subscription: string): string {
  return `${name}.${subscription}.causeway.internal`;
}
