/** The computers of a group: more are added, and they are moved or taken out, one or many at a time. */
import { ActionIcon, Button, Group, Stack, Text, Title, Tooltip } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { ArrowRightLeft, CircleMinus, Laptop, Plus } from 'lucide-react';
import { useCallback, useMemo, useState } from 'react';
import { useMachinePages } from '../../api/machine-pages.ts';
import { useRights } from '../../api/rights.ts';
import type { Group as ComputerGroup, Machine } from '../../api/shapes.ts';
import { type DataColumn, DataTable } from '../../components/data-table.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { LinkButton } from '../../components/links.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { SearchField } from '../../components/search-field.tsx';
import { ADDRESS_COLUMN, nameColumn, STATE_COLUMN, unsorted } from '../../policy/machine-columns.tsx';
import { MoveDialog, useMoveComputers } from '../../policy/move-computers.tsx';
import { AddComputers } from './add-computers.tsx';
import { SelectionBar } from './selection-bar.tsx';

const SEARCH_PAUSE_MS = 200;
const NOBODY: ReadonlySet<string> = new Set();
const NO_ROWS: readonly Machine[] = [];

export interface GroupMembersProps {
  readonly subscription: string;
  readonly group: ComputerGroup;
}

export function GroupMembers({ subscription, group }: GroupMembersProps) {
  const rights = useRights();
  const move = useMoveComputers(subscription);
  const [search, setSearch] = useState('');
  const [searched] = useDebouncedValue(search.trim(), SEARCH_PAUSE_MS);
  const [selected, setSelected] = useState(NOBODY);
  const [adding, setAdding] = useState(false);
  const [moving, setMoving] = useState<readonly Machine[]>();
  const { machines, total, hasMore, more, error, refetch } = useMachinePages(subscription, {
    group: group.id,
    search: searched,
  });
  const rows = machines ?? NO_ROWS;
  const chosen = rows.filter(({ id }) => selected.has(id));
  const clear = useCallback(() => setSelected(NOBODY), []);
  const takeOut = useCallback(
    (computers: readonly Machine[]) => move({ computers, to: null, onMoved: clear }),
    [move, clear],
  );
  const columns = useMemo(() => {
    const shown = [nameColumn(subscription), STATE_COLUMN, ADDRESS_COLUMN];
    const sortable = hasMore ? unsorted(shown) : shown;
    if (!rights.change) return sortable;
    return [
      ...sortable,
      actionsColumn(
        (machine) => setMoving([machine]),
        (machine) => takeOut([machine]),
      ),
    ];
  }, [subscription, hasMore, rights.change, takeOut]);
  const addButton = (
    <Button size="xs" leftSection={<Plus size={14} aria-hidden />} onClick={() => setAdding(true)}>
      Add computers…
    </Button>
  );
  const nobody = machines?.length === 0 && searched === '';

  return (
    <section aria-label="Computers">
      <Stack gap="sm">
        <Group justify="space-between" mih={30}>
          <Title order={2}>
            Computers{' '}
            <Text span c="dimmed" fw={400}>
              {group.machines.toLocaleString('en')}
            </Text>
          </Title>
          {rights.change && !nobody && addButton}
        </Group>
        <RefusalAlert error={error} onRetry={() => void refetch()} />
        {nobody ? (
          <EmptyState
            icon={Laptop}
            title="No computer in this group yet"
            action={
              rights.change && (
                <Group gap="sm" justify="center">
                  {addButton}
                  <LinkButton size="xs" variant="default" to="/s/$subscription/install" params={{ subscription }}>
                    Install on more computers
                  </LinkButton>
                </Group>
              )
            }
          >
            Add computers that are here already, or make an install link for this group: whatever is installed with it
            becomes a member by itself.
          </EmptyState>
        ) : (
          <>
            <SearchField label="Search computers" value={search} onChange={setSearch} maw="22rem" />
            {rights.change && (
              <SelectionBar
                count={chosen.length}
                onMove={() => setMoving(chosen)}
                onTakeOut={() => takeOut(chosen)}
                onClear={clear}
              />
            )}
            <DataTable
              label={`Computers of ${group.name}`}
              columns={columns}
              rows={rows}
              rowId={({ id }) => id}
              rowName={({ name }) => name}
              {...(rights.change ? { selection: { selected, onChange: setSelected } } : {})}
              sortedBy={{ id: 'name' }}
              total={total}
              onNearEnd={more}
              empty={machines === undefined ? 'Loading…' : 'No computer here has this in its name or address.'}
            />
          </>
        )}
      </Stack>
      <AddComputers subscription={subscription} group={group} opened={adding} onClose={() => setAdding(false)} />
      <MoveDialog
        subscription={subscription}
        computers={moving}
        from={group.id}
        onMoved={clear}
        onClose={() => setMoving(undefined)}
      />
    </section>
  );
}

function actionsColumn(onMove: (machine: Machine) => void, onTakeOut: (machine: Machine) => void): DataColumn<Machine> {
  return {
    id: 'actions',
    header: 'Actions',
    headerHidden: true,
    cell: (machine) => (
      <Group gap={4} wrap="nowrap" justify="flex-end">
        <Tooltip label="Move to group…">
          <ActionIcon aria-label={`Move ${machine.name} to another group`} onClick={() => onMove(machine)}>
            <ArrowRightLeft size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
        <Tooltip label="Take out of the group…">
          <ActionIcon aria-label={`Take ${machine.name} out of the group`} onClick={() => onTakeOut(machine)}>
            <CircleMinus size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Group>
    ),
    width: '5.5rem',
  };
}
