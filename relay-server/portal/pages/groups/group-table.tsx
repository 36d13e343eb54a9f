/** All groups of a subscription, searched while one types. */
import { ActionIcon, Stack, Text, Tooltip } from '@mantine/core';
import { Trash2 } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useRights } from '../../api/rights.ts';
import type { Group } from '../../api/shapes.ts';
import { type DataColumn, DataTable } from '../../components/data-table.tsx';
import { LinkAnchor } from '../../components/links.tsx';
import { SearchField } from '../../components/search-field.tsx';
import { countInWords, matches } from '../../policy/machine-words.ts';
import { useRemoveGroup } from './remove-group.ts';

export interface GroupTableProps {
  readonly subscription: string;
  readonly groups: readonly Group[];
}

export function GroupTable({ subscription, groups }: GroupTableProps) {
  const rights = useRights();
  const remove = useRemoveGroup(subscription);
  const [search, setSearch] = useState('');
  const rows = useMemo(
    () => groups.filter(({ name, description }) => matches(search.trim(), name, description)),
    [groups, search],
  );
  const columns = useMemo(
    () => (rights.change ? [...columnsOf(subscription), removeColumn(remove)] : columnsOf(subscription)),
    [subscription, rights.change, remove],
  );
  return (
    <Stack gap="sm">
      <SearchField
        label="Search groups"
        value={search}
        onChange={setSearch}
        maw="22rem"
        description={search === '' ? undefined : `${rows.length} of ${countInWords(groups.length, 'group')}`}
        inputWrapperOrder={['input', 'description']}
      />
      <DataTable
        label={`Groups of ${subscription}`}
        columns={columns}
        rows={rows}
        rowId={({ id }) => id}
        sortedBy={{ id: 'name' }}
        empty="No group has this in its name or description."
      />
    </Stack>
  );
}

function columnsOf(subscription: string): readonly DataColumn<Group>[] {
  return [
    {
      id: 'name',
      header: 'Name',
      cell: ({ id, name }) => (
        <LinkAnchor to="/s/$subscription/groups/$group" params={{ subscription, group: id }}>
          {name}
        </LinkAnchor>
      ),
      sortBy: ({ name }) => name,
      width: 'minmax(9rem, 1.5fr)',
    },
    {
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
    },
    {
      id: 'interconnected',
      header: 'Members reach each other',
      cell: ({ interconnected }) =>
        interconnected ? (
          'Yes'
        ) : (
          <Text span c="dimmed">
            No
          </Text>
        ),
      sortBy: ({ interconnected }) => (interconnected ? 0 : 1),
      width: '14rem',
      hideOnPhone: true,
    },
    {
      id: 'computers',
      header: 'Computers',
      cell: ({ machines }) => machines.toLocaleString('en'),
      sortBy: ({ machines }) => machines,
      width: '7.5rem',
      align: 'end',
    },
    {
      id: 'online',
      header: 'Online',
      cell: ({ online }) => online.toLocaleString('en'),
      sortBy: ({ online }) => online,
      width: '6.5rem',
      align: 'end',
      hideOnPhone: true,
    },
  ];
}

function removeColumn(remove: (group: Group) => void): DataColumn<Group> {
  return {
    id: 'remove',
    header: 'Actions',
    headerHidden: true,
    cell: (group) => (
      <Tooltip label="Remove">
        <ActionIcon aria-label={`Remove the group ${group.name}`} onClick={() => remove(group)}>
          <Trash2 size={16} aria-hidden />
        </ActionIcon>
      </Tooltip>
    ),
    width: '3.5rem',
  };
}
