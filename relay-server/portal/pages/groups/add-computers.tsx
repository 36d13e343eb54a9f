/** Picks computers that shall be in a group: those in no group at first, then all that there are. */
import { Button, Group, Modal, SegmentedControl, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useEffect, useMemo, useState } from 'react';
import { useMachinePages } from '../../api/machine-pages.ts';
import type { Group as ComputerGroup, Machine } from '../../api/shapes.ts';
import { type DataColumn, DataTable } from '../../components/data-table.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { SearchField } from '../../components/search-field.tsx';
import { GROUP_COLUMN, STATE_COLUMN, unsorted } from '../../policy/machine-columns.tsx';
import { countInWords } from '../../policy/machine-words.ts';
import { useMoveComputers } from '../../policy/move-computers.tsx';
import classes from './add-computers.module.css';

const SEARCH_PAUSE_MS = 200;
/** Rows enough to fill the dialog; those of the group itself are left out, so a page may hold none. */
const ENOUGH_ROWS = 30;

export interface AddComputersProps {
  readonly subscription: string;
  readonly group: ComputerGroup;
  readonly opened: boolean;
  onClose(): void;
}

export function AddComputers(props: AddComputersProps) {
  const { group, opened, onClose } = props;
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={`Add computers to ${group.name}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
      size="lg"
    >
      <Picker {...props} />
    </Modal>
  );
}

function Picker({ subscription, group, onClose }: AddComputersProps) {
  const move = useMoveComputers(subscription);
  const [among, setAmong] = useState('none');
  const [search, setSearch] = useState('');
  const [searched] = useDebouncedValue(search.trim(), SEARCH_PAUSE_MS);
  /** By id, with those that a later search no longer finds. */
  const [picked, setPicked] = useState<ReadonlyMap<string, Machine>>(new Map());
  const { machines, hasMore, more, error, refetch } = useMachinePages(subscription, {
    kind: 'local-endpoint',
    group: among === 'none' ? 'none' : undefined,
    search: searched,
  });
  const rows = useMemo(() => (machines ?? []).filter((machine) => machine.group !== group.id), [machines, group.id]);
  useEffect(() => {
    if (rows.length < ENOUGH_ROWS) more();
  }, [rows.length, more]);
  const columns = useMemo(() => (hasMore ? unsorted(COLUMNS) : COLUMNS), [hasMore]);
  const selected = useMemo(() => new Set(picked.keys()), [picked]);
  const select = (ids: ReadonlySet<string>) => {
    const known = new Map([...picked, ...rows.map((row) => [row.id, row] as const)]);
    setPicked(new Map([...known].filter(([id]) => ids.has(id))));
  };
  const add = () => {
    onClose();
    move({ computers: [...picked.values()], to: group });
  };
  return (
    <Stack gap="sm">
      <Group gap="sm">
        <SearchField label="Search computers" value={search} onChange={setSearch} flex="1 1 12rem" data-autofocus />
        <SegmentedControl
          aria-label="Which computers"
          data={[
            { value: 'none', label: 'In no group' },
            { value: 'all', label: 'All' },
          ]}
          value={among}
          onChange={setAmong}
        />
      </Group>
      <RefusalAlert error={error} onRetry={() => void refetch()} />
      <div className={classes.table}>
        <DataTable
          label={`Computers that are not in ${group.name}`}
          columns={columns}
          rows={rows}
          rowId={({ id }) => id}
          rowName={({ name }) => name}
          selection={{ selected, onChange: select }}
          sortedBy={{ id: 'name' }}
          total={rows.length + (hasMore ? 1 : 0)}
          onNearEnd={more}
          empty={
            machines === undefined
              ? 'Loading…'
              : searched !== ''
                ? 'No computer here has this in its name or address.'
                : among === 'none'
                  ? 'Every computer is in a group already. Show all of them to move some here.'
                  : 'There is no other computer.'
          }
        />
      </div>
      <Group justify="space-between">
        <Text size="sm" c="dimmed" role="status">
          {picked.size === 0 ? 'None selected' : `${countInWords(picked.size, 'computer')} selected`}
        </Text>
        <Group gap="sm">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button disabled={picked.size === 0} onClick={add}>
            Add…
          </Button>
        </Group>
      </Group>
    </Stack>
  );
}

const COLUMNS: readonly DataColumn<Machine>[] = [
  {
    id: 'name',
    header: 'Name',
    cell: ({ name }) => name,
    sortBy: ({ name }) => name,
    width: 'minmax(7rem, 1.5fr)',
  },
  GROUP_COLUMN,
  { ...STATE_COLUMN, hideOnPhone: true },
];
