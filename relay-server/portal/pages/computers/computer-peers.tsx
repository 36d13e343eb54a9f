/** Whom a computer may reach, who is connected with it now, and what passes between them. */
import { Checkbox, Group, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Waypoints } from 'lucide-react';
import { useCallback, useEffect, useMemo, useState } from 'react';
import type { Machine, MachinePeer } from '../../api/shapes.ts';
import { DataTable } from '../../components/data-table.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { LinkButton } from '../../components/links.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { SearchField } from '../../components/search-field.tsx';
import classes from './computer.module.css';
import { peersQuery, statusQuery } from './machine-queries.ts';
import { type PeerRow, peerColumns } from './peer-columns.tsx';

const TYPING_PAUSE_MS = 120;
const NO_PEERS: readonly MachinePeer[] = [];

export interface ComputerPeersProps {
  readonly subscription: string;
  readonly machine: Machine;
}

export function ComputerPeers({ subscription, machine }: ComputerPeersProps) {
  const [typed, setTyped] = useState('');
  const [onlyConnected, setOnlyConnected] = useState(false);
  const [search] = useDebouncedValue(typed.trim(), TYPING_PAUSE_MS);
  const query = useInfiniteQuery(peersQuery(subscription, machine.id, search));
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetching } = query;
  const status = useQuery(statusQuery(subscription, machine.id)).data?.status ?? null;

  const peers = useMemo(() => data?.pages.flatMap(({ items }) => items) ?? NO_PEERS, [data]);
  const rows = useMemo(() => {
    const sessions = new Map(machine.online ? status?.peers.map((peer) => [peer.id, peer]) : []);
    const all = peers.map((peer): PeerRow => ({ peer, session: sessions.get(peer.id) }));
    return onlyConnected ? all.filter(({ session }) => session?.state === 'connected') : all;
  }, [peers, status, machine.online, onlyConnected]);
  const columns = useMemo(() => peerColumns(subscription), [subscription]);
  const loadMore = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetching]);
  // Who is connected may stand on any page.
  useEffect(() => {
    if (onlyConnected) loadMore();
  }, [onlyConnected, loadMore]);

  if (data !== undefined && peers.length === 0 && search === '' && typed === '') {
    return <NobodyToReach subscription={subscription} machine={machine} />;
  }
  const more = hasNextPage ? 'or more ' : '';
  return (
    <>
      <Group mb="sm" gap="md">
        <SearchField
          label="Search peers"
          placeholder="Name, address, group or role"
          className={classes.search}
          value={typed}
          onChange={setTyped}
        />
        <Checkbox
          label="Only connected now"
          checked={onlyConnected}
          onChange={({ currentTarget }) => setOnlyConnected(currentTarget.checked)}
        />
        <Text size="sm" c="dimmed" role="status">
          {data !== undefined &&
            `${rows.length.toLocaleString('en')} ${more}${onlyConnected ? 'connected now' : 'may be reached'}`}
        </Text>
      </Group>
      <RefusalAlert error={error} onRetry={() => void refetch()} />
      <DataTable
        label={`Peers of ${machine.name}`}
        columns={columns}
        rows={rows}
        rowId={({ peer }) => peer.id}
        sortedBy={{ id: 'session' }}
        view={`${search} ${onlyConnected}`}
        total={hasNextPage ? rows.length + 1 : rows.length}
        onNearEnd={loadMore}
        empty={
          data === undefined
            ? 'Loading…'
            : onlyConnected
              ? 'Nobody is connected with it right now. A connection is made when a program asks for one.'
              : 'Nobody that it may reach is like that.'
        }
      />
    </>
  );
}

function NobodyToReach({ subscription, machine: { name, disabled, memberOf, kind } }: ComputerPeersProps) {
  if (disabled) {
    return (
      <EmptyState icon={Waypoints} title={`${name} is disabled`}>
        A disabled computer reaches nobody. Enable it to give it back what its group may reach.
      </EmptyState>
    );
  }
  if (memberOf === null) {
    return (
      <EmptyState icon={Waypoints} title={`${name} is in no group`}>
        A computer reaches what its group is connected to. Move it to a group first.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={Waypoints}
      title="It may reach nobody yet"
      action={
        <LinkButton to="/s/$subscription/policy" params={{ subscription }}>
          Open the policy
        </LinkButton>
      }
    >
      Connect the {kind === 'role-instance' ? 'role' : 'group'} {memberOf} to others, and whoever is in those can be
      reached from {name}.
    </EmptyState>
  );
}
