/** Computers: every computer that was activated in this subscription, found, sorted and changed many at a time. */
import { Button } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Laptop, Plus } from 'lucide-react';
import { useCallback, useMemo, useState } from 'react';
import { subscriptionQuery } from '../../api/queries.ts';
import { useRights } from '../../api/rights.ts';
import type { Machine } from '../../api/shapes.ts';
import { DataTable } from '../../components/data-table.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { LinkButton } from '../../components/links.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { computerColumns } from './computer-columns.tsx';
import { type ComputerFilters, isFiltered, sortedBy, sortingOf } from './computer-filters.ts';
import { ComputerMenu } from './computer-menu.tsx';
import classes from './computers.module.css';
import { ComputersToolbar } from './computers-toolbar.tsx';
import { allMachines, machinePagesQuery } from './machine-queries.ts';
import { SelectionBar } from './selection-bar.tsx';
import { useComputerActions } from './use-computer-actions.tsx';
import { useSelection } from './use-selection.ts';

const NO_ROWS: readonly Machine[] = [];

export function ComputersPage() {
  const { subscription } = useParams({ from: '/shell/s/$subscription/computers' });
  const { change } = useRights();
  return (
    <>
      <PageHeader
        title="Computers"
        lead="Every computer that was activated in this subscription, and every instance of a role."
        actions={
          change && (
            <LinkButton
              to="/s/$subscription/install"
              params={{ subscription }}
              leftSection={<Plus size={16} aria-hidden />}
            >
              Add computers
            </LinkButton>
          )
        }
      />
      <Computers key={subscription} subscription={subscription} mayChange={change} />
    </>
  );
}

interface ComputersProps {
  readonly subscription: string;
  readonly mayChange: boolean;
}

function Computers({ subscription, mayChange }: ComputersProps) {
  const filters = useSearch({ from: '/shell/s/$subscription/computers' });
  const navigate = useNavigate({ from: '/s/$subscription/computers' });
  const show = (search: ComputerFilters) => void navigate({ search, replace: true, resetScroll: false });

  const { data, error, refetch, fetchNextPage, isFetchingNextPage, isPlaceholderData } = useInfiniteQuery(
    machinePagesQuery(subscription, filters),
  );
  const rows = useMemo(() => data?.pages.flatMap(({ items }) => items) ?? NO_ROWS, [data]);
  const found = data?.pages.at(-1)?.total;
  const all = useQuery(subscriptionQuery(subscription)).data?.machines;
  const view = JSON.stringify(filters);

  const { selection, targets, selecting, selectAll, clear } = useSelection({
    rows,
    found: found ?? 0,
    view,
    fetchAll: (signal, onFound) => allMachines(subscription, filters, signal, onFound),
  });
  const [actions, dialogs] = useComputerActions(subscription, { onApplied: clear });
  const [menu, setMenu] = useState<{ readonly machine: Machine; readonly button: HTMLElement }>();
  const columns = useMemo(
    () => computerColumns(subscription, mayChange ? (machine, button) => setMenu({ machine, button }) : undefined),
    [subscription, mayChange],
  );
  const closeMenu = useCallback(() => setMenu(undefined), []);
  const loadMore = useCallback(() => {
    if (!isFetchingNextPage && !isPlaceholderData) void fetchNextPage();
  }, [fetchNextPage, isFetchingNextPage, isPlaceholderData]);

  if (found === 0 && !isFiltered(filters) && !isPlaceholderData) return <NoComputerYet subscription={subscription} />;
  return (
    <>
      <ComputersToolbar subscription={subscription} filters={filters} onChange={show} />
      <SelectionBar
        targets={targets}
        found={isPlaceholderData ? undefined : found}
        all={all}
        selecting={selecting}
        actions={actions}
        onSelectAll={selectAll}
        onClear={clear}
      />
      <RefusalAlert error={error} onRetry={() => void refetch()} />
      {error !== null && isFiltered(filters) && (
        <Button variant="default" mt="md" onClick={() => show({})}>
          Show all computers
        </Button>
      )}
      {(data !== undefined || error === null) && (
        <div className={classes.list} data-stale={isPlaceholderData || undefined} aria-busy={data === undefined}>
          <DataTable
            label={`Computers of ${subscription}`}
            columns={columns}
            rows={rows}
            rowId={idOf}
            rowName={nameOf}
            {...(mayChange && { selection })}
            sorting={sortingOf(filters)}
            onSort={(sorting) => show(sortedBy(filters, sorting))}
            view={view}
            total={found ?? 0}
            onNearEnd={loadMore}
            empty={data === undefined ? 'Loading…' : <NothingFound onClear={() => show({})} />}
          />
        </div>
      )}
      {menu !== undefined && <ComputerMenu {...menu} actions={actions} onClose={closeMenu} />}
      {dialogs}
    </>
  );
}

function NoComputerYet({ subscription }: { readonly subscription: string }) {
  return (
    <EmptyState
      icon={Laptop}
      title="No computer yet"
      action={
        <LinkButton to="/s/$subscription/install" params={{ subscription }}>
          Install Causeway on a computer
        </LinkButton>
      }
    >
      Install Causeway on a computer, and it appears here by itself. Then put it into a group, and connect the group to
      a role or to another group: its programs reach the others by name, wherever they are.
    </EmptyState>
  );
}

function NothingFound({ onClear }: { readonly onClear: () => void }) {
  return (
    <>
      <p>No computer is like that.</p>
      <Button variant="default" onClick={onClear}>
        Show all computers
      </Button>
    </>
  );
}

const idOf = ({ id }: Machine): string => id;
const nameOf = ({ name }: Machine): string => name;
