/** All groups of a subscription. */
import { Text } from '@mantine/core';
import { useCallback } from 'react';
import type { Group } from '../../api/shapes.ts';
import type { DataColumn } from '../../components/data-table.tsx';
import { LinkAnchor } from '../../components/links.tsx';
import { SideTable } from '../../components/side-table.tsx';
import { useRemoveGroup } from './remove-group.ts';

export interface GroupTableProps {
  readonly subscription: string;
  readonly groups: readonly Group[];
}

const COLUMNS: readonly DataColumn<Group>[] = [
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
];

export function GroupTable({ subscription, groups }: GroupTableProps) {
  const link = useCallback(
    ({ id, name }: Group) => (
      <LinkAnchor to="/s/$subscription/groups/$group" params={{ subscription, group: id }}>
        {name}
      </LinkAnchor>
    ),
    [subscription],
  );
  return (
    <SideTable
      kind="group"
      subscription={subscription}
      sides={groups}
      link={link}
      columns={COLUMNS}
      onRemove={useRemoveGroup(subscription)}
    />
  );
}
