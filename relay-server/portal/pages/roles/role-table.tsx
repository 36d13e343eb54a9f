/** All roles of a subscription, searched while one types. */
import { ActionIcon, Stack, Text, Tooltip } from '@mantine/core';
import { Trash2 } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useRights } from '../../api/rights.ts';
import type { Role } from '../../api/shapes.ts';
import { type DataColumn, DataTable } from '../../components/data-table.tsx';
import { LinkAnchor } from '../../components/links.tsx';
import { SearchField } from '../../components/search-field.tsx';
import { countInWords, matches } from '../../policy/machine-words.ts';
import { useRemoveRole } from './remove-role.ts';

export interface RoleTableProps {
  readonly subscription: string;
  readonly roles: readonly Role[];
}

export function RoleTable({ subscription, roles }: RoleTableProps) {
  const rights = useRights();
  const remove = useRemoveRole(subscription);
  const [search, setSearch] = useState('');
  const rows = useMemo(
    () => roles.filter(({ name, description }) => matches(search.trim(), name, description)),
    [roles, search],
  );
  const columns = useMemo(
    () => (rights.change ? [...columnsOf(subscription), removeColumn(remove)] : columnsOf(subscription)),
    [subscription, rights.change, remove],
  );
  return (
    <Stack gap="sm">
      <SearchField
        label="Search roles"
        value={search}
        onChange={setSearch}
        maw="22rem"
        description={search === '' ? undefined : `${rows.length} of ${countInWords(roles.length, 'role')}`}
        inputWrapperOrder={['input', 'description']}
      />
      <DataTable
        label={`Roles of ${subscription}`}
        columns={columns}
        rows={rows}
        rowId={({ id }) => id}
        sortedBy={{ id: 'name' }}
        empty="No role has this in its name or description."
      />
    </Stack>
  );
}

function columnsOf(subscription: string): readonly DataColumn<Role>[] {
  return [
    {
      id: 'name',
      header: 'Name',
      cell: ({ id, name }) => (
        <LinkAnchor to="/s/$subscription/roles/$role" params={{ subscription, role: id }}>
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
      id: 'instances',
      header: 'Instances',
      cell: ({ instances }) => instances.toLocaleString('en'),
      sortBy: ({ instances }) => instances,
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

function removeColumn(remove: (role: Role) => void): DataColumn<Role> {
  return {
    id: 'remove',
    header: 'Actions',
    headerHidden: true,
    cell: (role) => (
      <Tooltip label="Remove">
        <ActionIcon aria-label={`Remove the role ${role.name}`} onClick={() => remove(role)}>
          <Trash2 size={16} aria-hidden />
        </ActionIcon>
      </Tooltip>
    ),
    width: '3.5rem',
  };
}
