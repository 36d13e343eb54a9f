// biome-ignore-all lint/a11y/useSemanticElements: rows that are placed one by one are no longer a table to CSS, and some browsers then forget that it is one; roles they do not forget.
// biome-ignore-all lint/a11y/useFocusableInteractive: headings and cells are read, what is in them has the focus.
/**
 * A table for ten or for ten thousand rows: sorted by its headings, walked with the arrow keys, selected
 * with check boxes. Only the rows in sight are in the page; their number and places are told to screen
 * readers. Sorting and selecting are TanStack Table's and ours; fetching and filtering are the page's, and
 * so is sorting where the page holds only some of the rows.
 */
import { Checkbox, VisuallyHidden } from '@mantine/core';
import { createSortedRowModel, type RowData, rowSortingFeature, tableFeatures, useTable } from '@tanstack/react-table';
import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp, ChevronsUpDown } from 'lucide-react';
import { type KeyboardEvent, memo, type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { compareValues, type SortValue } from './compare-values.ts';
import classes from './data-table.module.css';
import { selectRange, toggleAll } from './row-selection.ts';

const ROW_HEIGHT = 44;
const OVERSCAN_ROWS = 12;
/** How many rows before the end `onNearEnd` is called. */
const NEAR_END_ROWS = 80;

export interface DataColumn<Row> {
  readonly id: string;
  readonly header: string;
  /** Whether the heading is only for those who hear it: over buttons, say. */
  readonly headerHidden?: boolean;
  readonly cell: (row: Row) => ReactNode;
  /** What it is sorted by; without it, the column can not be sorted. Empty values stand last. */
  readonly sortBy?: (row: Row) => SortValue;
  /** Whether the page can sort by it, where the page sorts. */
  readonly sortable?: boolean;
  /** Of the grid: `minmax(10rem, 2fr)`, `8rem`. */
  readonly width?: string;
  /** Left out where the screen is narrow. */
  readonly hideOnPhone?: boolean;
  readonly align?: 'start' | 'end';
}

export interface RowSelection {
  readonly selected: ReadonlySet<string>;
  onChange(selected: ReadonlySet<string>): void;
  /** Selects all there are, or none, where `rows` are not all of them. */
  readonly onToggleAll?: (() => void) | undefined;
}

export interface Sorting {
  readonly id: string;
  readonly desc: boolean;
}

export interface DataTableProps<Row extends RowData> {
  /** What the table lists, for screen readers: "Computers of contoso". */
  readonly label: string;
  /** Keep it stable: made outside the component, or by useMemo. */
  readonly columns: readonly DataColumn<Row>[];
  /** Keep it stable too. */
  readonly rows: readonly Row[];
  readonly rowId: (row: Row) => string;
  /** What a row is called, for its check box. */
  readonly rowName?: (row: Row) => string;
  readonly selection?: RowSelection;
  /** The column sorted by at first. */
  readonly sortedBy?: { readonly id: string; readonly desc?: boolean };
  /** What `rows` are sorted by, where the page sorts; then the table does not. */
  readonly sorting?: Sorting | undefined;
  readonly onSort?: ((sorting: Sorting) => void) | undefined;
  /** What the rows are of; when it changes, the first of them come into sight. */
  readonly view?: string | undefined;
  /** All there are, if `rows` are not all of them yet. */
  readonly total?: number;
  /** Called when the end of the rows comes into sight. */
  readonly onNearEnd?: () => void;
  /** Stands in place of the rows when there are none. */
  readonly empty?: ReactNode;
}

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() });

export function DataTable<Row extends RowData>(props: DataTableProps<Row>) {
  const { label, columns, rows, rowId, rowName = rowId, selection, sortedBy, total = rows.length, onNearEnd } = props;
  const { sorting, onSort, view } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [focused, setFocused] = useState(-1);
  const lastToggled = useRef<string>(undefined);

  const table = useTable({
    features,
    data: rows,
    columns: useMemo(
      () =>
        columns.map(({ id, header, sortBy }) => ({
          id,
          header,
          accessorFn: (row: Row) => sortBy?.(row) ?? undefined,
          enableSorting: sortBy !== undefined,
          sortUndefined: 'last' as const,
          sortDescFirst: false,
          sortFn: (a: { getValue(id: string): unknown }, b: { getValue(id: string): unknown }, column: string) =>
            compareValues(a.getValue(column), b.getValue(column)),
        })),
      [columns],
    ),
    getRowId: rowId,
    manualSorting: onSort !== undefined,
    initialState: { sorting: sortedBy === undefined ? [] : [{ id: sortedBy.id, desc: sortedBy.desc ?? false }] },
  });
  const sorted = table.getRowModel().rows;
  const ids = useMemo(() => sorted.map(({ id }) => id), [sorted]);

  const virtualizer = useVirtualizer({
    count: sorted.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    // A new one would have all rows measured again, at every step of a scroll.
    getItemKey: useCallback((index: number) => ids[index] ?? index, [ids]),
    overscan: OVERSCAN_ROWS,
    useFlushSync: false,
    // The row that has the focus stays in the page however far one scrolls, or the focus would be lost.
    rangeExtractor: (range) => {
      const wanted = defaultRangeExtractor(range);
      if (focused < 0 || focused >= range.count || wanted.includes(focused)) return wanted;
      return [...wanted, focused].sort((a, b) => a - b);
    },
  });
  const inSight = virtualizer.getVirtualItems();

  const end = inSight.at(-1)?.index ?? -1;
  useEffect(() => {
    if (end >= sorted.length - NEAR_END_ROWS && sorted.length < total) onNearEnd?.();
  }, [end, sorted.length, total, onNearEnd]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what changes is told by the view.
  useEffect(() => {
    scroller.current?.scrollTo({ top: 0 });
  }, [view]);

  const moveFocus = (event: KeyboardEvent<HTMLDivElement>) => {
    const current = rowOf(event.target);
    if (current === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_HEIGHT) - 2);
    const steps: Record<string, number> = {
      ArrowDown: current + 1,
      ArrowUp: current - 1,
      PageDown: current + page,
      PageUp: current - page,
      Home: 0,
      End: sorted.length - 1,
    };
    const step = steps[event.key];
    if (step === undefined || isTyping(event.target)) return;
    event.preventDefault();
    const next = Math.min(sorted.length - 1, Math.max(0, step));
    const place = focusablesOf(event.currentTarget, current).indexOf(event.target as HTMLElement);
    virtualizer.scrollToIndex(next);
    setFocused(next);
    requestAnimationFrame(() => {
      const there = focusablesOf(scroller.current, next);
      (there[place] ?? there[0])?.focus({ preventScroll: true });
    });
  };

  const toggle = (index: number, withShift: boolean) => {
    const id = ids[index];
    if (selection === undefined || id === undefined) return;
    selection.onChange(selectRange(selection.selected, ids, withShift ? lastToggled.current : undefined, id));
    lastToggled.current = id;
  };
  const toggleNow = useRef(toggle);
  useEffect(() => {
    toggleNow.current = toggle;
  });
  const onToggle = useCallback((index: number, withShift: boolean) => toggleNow.current(index, withShift), []);
  const template = [
    ...(selection === undefined ? [] : ['2.75rem']),
    ...columns.map(({ width = 'minmax(6.5rem, 1fr)' }) => width),
  ].join(' ');
  const phoneTemplate = [
    ...(selection === undefined ? [] : ['2.75rem']),
    ...columns.filter(({ hideOnPhone }) => !hideOnPhone).map(({ width = 'minmax(6.5rem, 1fr)' }) => width),
  ].join(' ');
  const columnCount = columns.length + (selection === undefined ? 0 : 1);
  const selected = selection?.selected;
  const chosen = useMemo(
    () => (selected === undefined || selected.size === 0 ? 0 : ids.filter((id) => selected.has(id)).length),
    [selected, ids],
  );
  const allChosen = chosen > 0 && chosen === ids.length && (selected?.size ?? 0) >= total;

  return (
    <div className={classes.frame}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1). */}
      <div ref={scroller} className={classes.scroller} tabIndex={0} role="group" aria-label={`${label}, scrollable`}>
        <div
          role="table"
          aria-label={label}
          aria-rowcount={total + 1}
          aria-colcount={columnCount}
          className={classes.table}
          style={{ '--columns': template, '--phone-columns': phoneTemplate }}
          onKeyDown={moveFocus}
          onFocus={({ target }) => setFocused(rowOf(target) ?? -1)}
          onBlur={() => setFocused(-1)}
        >
          <div role="rowgroup" className={classes.head}>
            <div role="row" aria-rowindex={1} className={classes.row}>
              {selection !== undefined && (
                <div role="columnheader" className={classes.check}>
                  <Checkbox
                    size="xs"
                    aria-label="Select all rows"
                    checked={allChosen}
                    indeterminate={chosen > 0 && !allChosen}
                    onChange={selection.onToggleAll ?? (() => selection.onChange(toggleAll(selection.selected, ids)))}
                  />
                </div>
              )}
              {table.getHeaderGroups()[0]?.headers.map(({ column }, index) => (
                <Heading
                  key={column.id}
                  definition={columns[index]}
                  {...(onSort === undefined
                    ? {
                        direction: column.getIsSorted(),
                        onSort: column.getCanSort() ? () => column.toggleSorting(undefined, false) : undefined,
                      }
                    : sortedByPage(columns[index], sorting, onSort))}
                />
              ))}
            </div>
          </div>
          <div role="rowgroup" className={classes.body} style={{ height: virtualizer.getTotalSize() }}>
            {inSight.map(({ index, start }) => {
              const row = sorted[index];
              if (row === undefined) return null;
              return (
                <TableRow
                  key={row.id}
                  row={row.original}
                  columns={columns}
                  index={index}
                  start={start}
                  name={selection === undefined ? undefined : rowName(row.original)}
                  chosen={selected?.has(row.id)}
                  onToggle={onToggle}
                />
              );
            })}
          </div>
        </div>
        {sorted.length === 0 && <div className={classes.empty}>{props.empty ?? 'Nothing here.'}</div>}
      </div>
    </div>
  );
}

interface TableRowProps<Row> {
  readonly row: Row;
  readonly columns: readonly DataColumn<Row>[];
  readonly index: number;
  /** Pixels from the top. */
  readonly start: number;
  /** Undefined where rows can not be selected. */
  readonly name: string | undefined;
  readonly chosen: boolean | undefined;
  onToggle(index: number, withShift: boolean): void;
}

function PlainTableRow<Row>({ row, columns, index, start, name, chosen, onToggle }: TableRowProps<Row>) {
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={chosen}
      data-index={index}
      className={classes.row}
      style={{ transform: `translateY(${start}px)` }}
    >
      {name !== undefined && (
        <div role="cell" className={classes.check}>
          <Checkbox
            size="xs"
            aria-label={`Select ${name}`}
            checked={chosen ?? false}
            onChange={() => undefined}
            onClick={({ shiftKey }) => onToggle(index, shiftKey)}
          />
        </div>
      )}
      {columns.map(({ id, cell, hideOnPhone, align }) => (
        <div key={id} role="cell" className={classes.cell} data-align={align} data-wide-only={hideOnPhone || undefined}>
          {cell(row)}
        </div>
      ))}
    </div>
  );
}

/** While one scrolls, only the rows that come into sight are made, and the others stay as they are. */
const TableRow = memo(PlainTableRow) as typeof PlainTableRow;

interface HeadingProps {
  readonly definition:
    | {
        header: string;
        headerHidden?: boolean | undefined;
        align?: string | undefined;
        hideOnPhone?: boolean | undefined;
      }
    | undefined;
  readonly direction: 'asc' | 'desc' | false;
  readonly onSort: (() => void) | undefined;
}

function Heading({ definition, direction, onSort }: HeadingProps) {
  if (definition === undefined) return null;
  const Arrow = direction === false ? ChevronsUpDown : direction === 'asc' ? ArrowUp : ArrowDown;
  const order = direction === false ? 'none' : direction === 'asc' ? 'ascending' : 'descending';
  return (
    <div
      role="columnheader"
      aria-sort={onSort === undefined ? undefined : order}
      className={classes.heading}
      data-align={definition.align}
      data-wide-only={definition.hideOnPhone || undefined}
    >
      {onSort === undefined ? (
        <HeadingText {...definition} />
      ) : (
        <button type="button" className={classes.sort} data-sorted={direction !== false} onClick={onSort}>
          {definition.header}
          <Arrow size={14} aria-hidden />
        </button>
      )}
    </div>
  );
}

function HeadingText({ header, headerHidden = false }: { header: string; headerHidden?: boolean | undefined }) {
  return headerHidden ? <VisuallyHidden>{header}</VisuallyHidden> : header;
}

/** The heading of a column in a table that the page sorts. */
function sortedByPage(
  column: { readonly id: string; readonly sortable?: boolean } | undefined,
  sorting: Sorting | undefined,
  onSort: (sorting: Sorting) => void,
): Pick<HeadingProps, 'direction' | 'onSort'> {
  if (column?.sortable !== true) return { direction: false, onSort: undefined };
  const { id } = column;
  const direction = sorting?.id !== id ? false : sorting.desc ? 'desc' : 'asc';
  return { direction, onSort: () => onSort({ id, desc: direction === 'asc' }) };
}

/** The number of the row that an element is in. */
function rowOf(target: EventTarget): number | undefined {
  const row = target instanceof Element ? target.closest<HTMLElement>('[data-index]') : null;
  return row === null ? undefined : Number(row.dataset.index);
}

function focusablesOf(within: HTMLElement | null, index: number): HTMLElement[] {
  return [...(within?.querySelectorAll<HTMLElement>(`[data-index="${index}"] :is(a, button, input)`) ?? [])];
}

/** Arrow keys belong to a field that somebody writes in. */
function isTyping(target: EventTarget): boolean {
  return target instanceof HTMLInputElement && target.type !== 'checkbox';
}
