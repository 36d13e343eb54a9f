/** One computer: what it is, what its agent reports, whom it reaches, what became of it, and what can be done. */
import { Tabs } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Unplug } from 'lucide-react';
import { useEffect } from 'react';
import { Refusal } from '../../api/refusal.ts';
import { useRights } from '../../api/rights.ts';
import type { Machine } from '../../api/shapes.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { LinkAnchor, LinkButton } from '../../components/links.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { ComputerDiagnostics } from './computer-diagnostics.tsx';
import { ComputerFacts } from './computer-facts.tsx';
import { type ComputerTab, validComputerTab } from './computer-filters.ts';
import { ComputerHistory } from './computer-history.tsx';
import { ComputerPeers } from './computer-peers.tsx';
import { ComputerStatus } from './computer-status.tsx';
import { ComputerToolbar } from './computer-toolbar.tsx';
import { machineInLists, machineQuery } from './machine-queries.ts';
import { useComputerActions } from './use-computer-actions.tsx';

const TABS: readonly (readonly [ComputerTab, string])[] = [
  ['status', 'Status'],
  ['peers', 'Peers'],
  ['history', 'History'],
  ['diagnostics', 'Diagnostics'],
];

export function ComputerPage() {
  const { subscription, computer } = useParams({ from: '/shell/s/$subscription/computers/$computer' });
  const queryClient = useQueryClient();
  const navigate = useNavigate({ from: '/s/$subscription/computers/$computer' });
  const { data, error, refetch } = useQuery({
    ...machineQuery(subscription, computer),
    placeholderData: () => machineInLists(queryClient, subscription, computer),
  });

  // A name may change while somebody looks, and be given to another computer; an id may not.
  useEffect(() => {
    if (data === undefined || data.id === computer) return;
    queryClient.setQueryData(machineQuery(subscription, data.id).queryKey, data);
    void navigate({ params: { subscription, computer: data.id }, search: true, replace: true });
  }, [data, computer, subscription, queryClient, navigate]);

  const above = (
    <LinkAnchor to="/s/$subscription/computers" params={{ subscription }}>
      Computers
    </LinkAnchor>
  );
  if (error instanceof Refusal && error.status === 404) {
    return (
      <>
        <PageHeader title="This computer is gone" above={above} />
        <EmptyState
          icon={Unplug}
          title="There is no such computer any more"
          action={
            <LinkButton to="/s/$subscription/computers" params={{ subscription }}>
              Show all computers
            </LinkButton>
          }
        >
          It was removed, or it left by itself. To bring it back, activate it again with a token or an install link.
        </EmptyState>
      </>
    );
  }
  if (data === undefined) {
    return (
      <>
        <PageHeader title="Computer" above={above} />
        <RefusalAlert error={error} onRetry={() => void refetch()} />
      </>
    );
  }
  return <Computer key={data.id} subscription={subscription} machine={data} />;
}

interface ComputerProps {
  readonly subscription: string;
  readonly machine: Machine;
}

function Computer({ subscription, machine }: ComputerProps) {
  const { change } = useRights();
  const { tab = 'status' } = useSearch({ from: '/shell/s/$subscription/computers/$computer' });
  const navigate = useNavigate({ from: '/s/$subscription/computers/$computer' });
  const [actions, dialogs] = useComputerActions(subscription, {
    onRemoved: () => void navigate({ to: '/s/$subscription/computers', params: { subscription } }),
  });
  const shared = { subscription, machine };
  return (
    <>
      <PageHeader
        title={machine.name}
        above={
          <LinkAnchor to="/s/$subscription/computers" params={{ subscription }}>
            Computers
          </LinkAnchor>
        }
        actions={change && <ComputerToolbar machine={machine} actions={actions} />}
      />
      <ComputerFacts {...shared} />
      <Tabs
        value={tab}
        onChange={(chosen) =>
          void navigate({ search: validComputerTab({ tab: chosen }), replace: true, resetScroll: false })
        }
        keepMounted={false}
        mt="lg"
      >
        <Tabs.List mb="md" aria-label={`About ${machine.name}`}>
          {TABS.map(([value, label]) => (
            <Tabs.Tab key={value} value={value}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="status">
          <ComputerStatus {...shared} />
        </Tabs.Panel>
        <Tabs.Panel value="peers">
          <ComputerPeers {...shared} />
        </Tabs.Panel>
        <Tabs.Panel value="history">
          <ComputerHistory {...shared} />
        </Tabs.Panel>
        <Tabs.Panel value="diagnostics">
          <ComputerDiagnostics {...shared} mayAsk={change} />
        </Tabs.Panel>
      </Tabs>
      {dialogs}
    </>
  );
}
