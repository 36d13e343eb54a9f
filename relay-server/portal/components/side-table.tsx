/** The groups or the roles of a subscription, searched while one types; each leads to its page and can be removed. */
import { ActionIcon, Stack, Text, Tooltip } from '@mantine/core';
import { Trash2 } from 'lucide-react';
import { type ReactNode, useMemo, useState } from 'react';
import { useRights } from '../api/rights.ts';
import { countInWords, matches } from '../policy/machine-words.ts';
import { type DataColumn, DataTable } from './data-table.tsx';
import { SearchField } from './search-field.tsx';

/** What is the same of a group and of a role. */
export interface Side {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly online: number;
}

export interface SideTableProps<Row extends Side> {
  readonly kind: 'group' | 'role';
  readonly subscription: string;
  readonly sides: readonly Row[];
  /** Its name, as a link to its page. */
  readonly link: (side: Row) => ReactNode;
  /** Between description and how many are online. Stable while nothing changes, like the functions here. */
  readonly columns: readonly DataColumn<Row>[];
  readonly onRemove: (side: Row) => void;
}

const HEADINGS = { group: 'Groups', role: 'Roles' } as const;

export function SideTable<Row extends Side>({
  kind,
  subscription,
  sides,
  link,
  columns,
  onRemove,
}: SideTableProps<Row>) {
  const rights = useRights();
  const [search, setSearch] = useState('');
  const rows = useMemo(
    () => sides.filter(({ name, description }) => matches(search.trim(), name, description)),
    [sides, search],
  );
  const all = useMemo(() => {
    const shown = [nameColumn(link), descriptionColumn<Row>(), ...columns, onlineColumn<Row>()];
    return rights.change ? [...shown, removeColumn(kind, onRemove)] : shown;
  }, [kind, link, columns, rights.change, onRemove]);
  return (
    <Stack gap="sm">
      <SearchField
        label={`Search ${HEADINGS[kind].toLowerCase()}`}
        value={search}
        onChange={setSearch}
        maw="22rem"
        description={search === '' ? undefined : `${rows.length} of ${countInWords(sides.length, kind)}`}
        inputWrapperOrder={['input', 'description']}
      />
      <DataTable
        label={`${HEADINGS[kind]} of ${subscription}`}
        columns={all}
        rows={rows}
        rowId={({ id }) => id}
        sortedBy={{ id: 'name' }}
        empty={`No ${kind} has this in its name or description.`}
      />
    </Stack>
  );
}

function nameColumn<Row extends Side>(link: (side: Row) => ReactNode): DataColumn<Row> {
  return { id: 'name', header: 'Name', cell: link, sortBy: ({ name }) => name, width: 'minmax(9rem, 1.5fr)' };
}

function descriptionColumn<Row extends Side>(): DataColumn<Row> {
  return {
    id: 'description',
    header: 'Description',
    cell: ({ description }) => (
      <Text span c="dimmed" title={description}>
        {description}
      </Text>
    ),
    sortBy: ({ description }) => description || undefined,
    width: 'minmax(9rem, 2fr)',
    hideOnPhone: true,
  };
}

function onlineColumn<Row extends Side>(): DataColumn<Row> {
  return {
    id: 'online',
    header: 'Online',
    cell: ({ online }) => online.toLocaleString('en'),
    sortBy: ({ online }) => online,
    width: '6.5rem',
    align: 'end',
    hideOnPhone: true,
  };
}

function removeColumn<Row extends Side>(kind: string, onRemove: (side: Row) => void): DataColumn<Row> {
  return {
    id: 'remove',
    header: 'Actions',
    headerHidden: true,
    cell: (side) => (
      <Tooltip label="Remove">
        <ActionIcon aria-label={`Remove the ${kind} ${side.name}`} onClick={() => onRemove(side)}>
          <Trash2 size={16} aria-hidden />
        </ActionIcon>
      </Tooltip>
    ),
    width: '3.5rem',
  };
}
