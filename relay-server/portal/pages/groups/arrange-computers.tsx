/**
 * Computers on the left, groups on the right: what is dragged from here to there is moved. The same by
 * keyboard: select with the check boxes, then "Move here" of a group.
 */
import { Group, Select, Stack } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { GripVertical } from 'lucide-react';
import { type DragEvent, useMemo, useRef, useState } from 'react';
import { useMachinePages } from '../../api/machine-pages.ts';
import type { Group as ComputerGroup, Machine } from '../../api/shapes.ts';
import { type DataColumn, DataTable } from '../../components/data-table.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { SearchField } from '../../components/search-field.tsx';
import { GROUP_COLUMN, STATE_COLUMN, unsorted } from '../../policy/machine-columns.tsx';
import { namesInWords } from '../../policy/machine-words.ts';
import { MoveDialog, useMoveComputers } from '../../policy/move-computers.tsx';
import { DropTargets } from './drop-targets.tsx';
import classes from './groups.module.css';
import { SelectionBar } from './selection-bar.tsx';

const ALL = 'all';
const NONE = 'none';
const SEARCH_PAUSE_MS = 200;
const NOBODY: ReadonlySet<string> = new Set();

export interface ArrangeComputersProps {
  readonly subscription: string;
  readonly groups: readonly ComputerGroup[];
  /** Whose computers are shown: the id of a group, `none`; without it, all. */
  readonly from: string | undefined;
}

export function ArrangeComputers({ subscription, groups, from }: ArrangeComputersProps) {
  const navigate = useNavigate();
  const move = useMoveComputers(subscription);
  const [search, setSearch] = useState('');
  const [searched] = useDebouncedValue(search.trim(), SEARCH_PAUSE_MS);
  const [selected, setSelected] = useState(NOBODY);
  const [dragged, setDragged] = useState<readonly Machine[]>();
  const [moving, setMoving] = useState<readonly Machine[]>();
  const ghost = useRef<HTMLDivElement>(null);
  const { machines, total, hasMore, more, error, refetch } = useMachinePages(subscription, {
    kind: 'local-endpoint',
    group: from,
    search: searched,
  });
  const rows = machines ?? NO_ROWS;
  const chosen = rows.filter(({ id }) => selected.has(id));
  const columns = useMemo(() => {
    const shown = [
      DRAGGED_COLUMN,
      ...(from === undefined ? [GROUP_COLUMN] : []),
      { ...STATE_COLUMN, hideOnPhone: true },
    ];
    return hasMore ? unsorted(shown) : shown;
  }, [from, hasMore]);

  const clear = () => setSelected(NOBODY);
  const moveTo = (computers: readonly Machine[], to: ComputerGroup | null) =>
    move({ computers: computers.filter(({ group }) => group !== (to?.id ?? null)), to, onMoved: clear });
  const startDrag = (event: DragEvent<HTMLElement>) => {
    const id = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-computer]') : null;
    const computer = rows.find((row) => row.id === id?.dataset.computer);
    if (computer === undefined) return;
    // One of those that are selected takes the others with it.
    const taken = selected.has(computer.id) ? chosen : [computer];
    const names = namesInWords(
      taken.map(({ name }) => name),
      'computers',
    );
    event.dataTransfer.effectAllowed = 'move';
    event.dataTransfer.setData('text/plain', names);
    if (ghost.current !== null) {
      ghost.current.textContent = names;
      event.dataTransfer.setDragImage(ghost.current, -12, 12);
    }
    setDragged(taken);
  };

  return (
    <div className={classes.arrange}>
      <Stack gap="sm">
        <Group gap="sm" grow preventGrowOverflow={false}>
          <Select
            aria-label="Show computers of"
            data={[
              { value: ALL, label: 'All computers' },
              { value: NONE, label: 'In no group' },
              { group: 'Groups', items: groups.map(({ id, name }) => ({ value: id, label: name })) },
            ]}
            value={from ?? ALL}
            onChange={(value) => {
              clear();
              void navigate({
                to: '/s/$subscription/groups',
                params: { subscription },
                search: { view: 'arrange', ...(value === null || value === ALL ? {} : { from: value }) },
                replace: true,
              });
            }}
            allowDeselect={false}
            searchable
            limit={200}
          />
          <SearchField label="Search computers" value={search} onChange={setSearch} />
        </Group>
        <SelectionBar
          count={chosen.length}
          onMove={() => setMoving(chosen)}
          onTakeOut={chosen.some(({ group }) => group !== null) ? () => moveTo(chosen, null) : undefined}
          onClear={clear}
        />
        <RefusalAlert error={error} onRetry={() => void refetch()} />
        {/* biome-ignore lint/a11y/noStaticElementInteractions: hears what is dragged in the table; by keyboard the check boxes do the same. */}
        <div onDragStart={startDrag} onDragEnd={() => setDragged(undefined)}>
          <DataTable
            label="Computers to move"
            columns={columns}
            rows={rows}
            rowId={({ id }) => id}
            rowName={({ name }) => name}
            selection={{ selected, onChange: setSelected }}
            sortedBy={{ id: 'name' }}
            total={total}
            onNearEnd={more}
            empty={machines === undefined ? 'Loading…' : emptyWords(search, from)}
          />
        </div>
        <div ref={ghost} className={classes.ghost} aria-hidden />
      </Stack>
      <section className={classes.targets} aria-label="Groups to move to">
        <DropTargets
          groups={groups}
          from={from}
          dragging={dragged !== undefined}
          selected={chosen.length}
          onDrop={(to) => dragged !== undefined && moveTo(dragged, to)}
          onMoveHere={(to) => moveTo(chosen, to)}
        />
      </section>
      <MoveDialog
        subscription={subscription}
        computers={moving}
        from={from}
        onMoved={clear}
        onClose={() => setMoving(undefined)}
      />
    </div>
  );
}

const NO_ROWS: readonly Machine[] = [];

const DRAGGED_COLUMN: DataColumn<Machine> = {
  id: 'name',
  header: 'Name',
  cell: ({ id, name }) => (
    <span draggable data-computer={id} className={classes.grip}>
      <GripVertical size={16} aria-hidden />
      <span>{name}</span>
    </span>
  ),
  sortBy: ({ name }) => name,
  width: 'minmax(8rem, 1.5fr)',
};

function emptyWords(search: string, from: string | undefined): string {
  if (search !== '') return 'No computer here has this in its name or address.';
  if (from === NONE) return 'Every computer is in a group.';
  return from === undefined ? 'No computer yet: install Causeway on one.' : 'No computer is in this group.';
}
