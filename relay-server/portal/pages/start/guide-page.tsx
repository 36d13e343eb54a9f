/**
 * Get started: from nothing to a connection in three steps, each of which turns green by itself when the
 * server says that it has happened, whoever did it and wherever.
 */
import { Box, Center, Loader, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api, path } from '../../api/client.ts';
import { areaKey, connectionsQuery, groupsQuery, rolesQuery } from '../../api/queries.ts';
import { useRights } from '../../api/rights.ts';
import type { Connection, MachinePage } from '../../api/shapes.ts';
import { PageHeader } from '../../components/page-header.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { rememberGuideDone } from '../../shell/guide-progress.ts';
import { useSubscription } from '../../shell/last-subscription.ts';
import { ConnectStep } from './connect-step.tsx';
import { ConnectionPicture } from './connection-picture.tsx';
import { GroupStep } from './group-step.tsx';
import { GuideDone } from './guide-done.tsx';
import { guideState, namesInWords, sideOf } from './guide-state.ts';
import classes from './guide-step.module.css';
import { GuideStep, type StepState } from './guide-step.tsx';
import { InstallCommands } from './install-commands.tsx';
import { Waiting } from './waiting.tsx';

const COMPUTERS_READ = 50;

export function GuidePage() {
  const subscription = useSubscription();
  const { change } = useRights();
  const computers = useQuery({
    queryKey: areaKey('machines', subscription, 'guide'),
    queryFn: ({ signal }) =>
      api.get<MachinePage>(path`/subscriptions/${subscription}/machines`, {
        signal,
        query: { kind: 'local-endpoint', sort: 'activatedAt', order: 'descending', limit: COMPUTERS_READ },
      }),
  });
  const groups = useQuery(groupsQuery(subscription));
  const roles = useQuery(rolesQuery(subscription));
  const connections = useQuery(connectionsQuery(subscription));
  const asked = [computers, groups, roles, connections];
  const failed = asked.find(({ error, data }) => error !== null && data === undefined);
  const state =
    computers.data && groups.data && connections.data
      ? guideState(computers.data.items, computers.data.total, groups.data, connections.data)
      : undefined;
  const step = state?.step;
  useEffect(() => {
    if (step === 4) rememberGuideDone(subscription);
  }, [step, subscription]);

  const header = (
    <PageHeader title="Get started" lead="Three steps from here to a private network. Each turns green by itself." />
  );
  if (state === undefined || computers.data === undefined || roles.data === undefined) {
    return (
      <>
        {header}
        {failed === undefined ? (
          <Center mih="30vh">
            <Loader type="dots" aria-label="Loading" />
          </Center>
        ) : (
          <RefusalAlert error={failed.error} onRetry={() => void failed.refetch()} />
        )}
      </>
    );
  }
  const { items, total } = computers.data;
  const at = (number: number): StepState => (state.step > number ? 'done' : state.step === number ? 'now' : 'later');
  const byAdministrator = <Text c="dimmed">An administrator does this; you see here when it has happened.</Text>;
  return (
    <Box maw="54rem">
      {header}
      <ol className={classes.steps}>
        <GuideStep
          number={1}
          title="Install it on a computer"
          state={at(1)}
          summary={
            at(1) === 'now' ? (
              <Waiting>Waiting for the first computer…</Waiting>
            ) : (
              <Arrived items={items} total={total} />
            )
          }
        >
          {at(1) === 'now' &&
            (change ? (
              <InstallCommands subscription={subscription} makeLabel="Show the install command" />
            ) : (
              byAdministrator
            ))}
        </GuideStep>
        <GuideStep
          number={2}
          title="Make a group"
          state={at(2)}
          summary={
            at(2) === 'done' ? (
              <Filled groups={state.filled} />
            ) : (
              'Computers that are treated alike stand in a group. What one of them may, all of them may.'
            )
          }
        >
          {at(2) === 'now' &&
            (change ? (
              <GroupStep subscription={subscription} computers={state.unassigned} groups={groups.data ?? []} />
            ) : (
              byAdministrator
            ))}
        </GuideStep>
        <GuideStep
          number={3}
          title="Connect a role to it"
          state={at(3)}
          summary={
            at(3) === 'done' && state.connection !== undefined
              ? inWords(state.connection)
              : 'A role is a program in your cloud, with as many instances as run. Until it is connected, it reaches nothing.'
          }
        >
          {at(3) === 'now' &&
            (change ? (
              <ConnectStep subscription={subscription} roles={roles.data} groups={state.filled} />
            ) : (
              byAdministrator
            ))}
          {at(3) === 'done' && state.connection !== undefined && <Picture connection={state.connection} />}
        </GuideStep>
      </ol>
      {state.step === 4 && state.connection !== undefined && (
        <GuideDone subscription={subscription} connection={state.connection} />
      )}
    </Box>
  );
}

function Arrived({ items, total }: Pick<MachinePage, 'items' | 'total'>) {
  const online = items.some((computer) => computer.online);
  return (
    <>
      <strong>
        {namesInWords(
          items.map(({ name }) => name),
          total,
        )}
      </strong>{' '}
      {total === 1 ? 'is' : 'are'} here{online ? ', connected.' : ', not connected just now.'}
    </>
  );
}

function Filled({ groups }: { readonly groups: readonly { readonly name: string; readonly machines: number }[] }) {
  const computers = groups.reduce((sum, { machines }) => sum + machines, 0);
  const names = groups.map(({ name }) => name);
  return (
    <>
      <strong>{namesInWords(names)}</strong>, with {computers.toLocaleString('en')}{' '}
      {computers === 1 ? 'computer' : 'computers'}.
    </>
  );
}

function inWords(connection: Connection): string {
  const { a, b } = connection;
  const [first, second] = a.kind === 'role' ? [a, b] : [b, a];
  return `${first.name} and ${second.name} are connected.`;
}

function Picture({ connection }: { readonly connection: Connection }) {
  const [role, group] = [sideOf(connection, 'role'), sideOf(connection, 'group')];
  if (role === undefined || group === undefined) return null;
  return <ConnectionPicture role={role.name} group={group.name} connected />;
}
