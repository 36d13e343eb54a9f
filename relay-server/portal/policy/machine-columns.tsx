/** Columns of machines, for the tables of what belongs to a group or role. */
import { Text } from '@mantine/core';
import type { Machine } from '../api/shapes.ts';
import type { DataColumn } from '../components/data-table.tsx';
import { LinkAnchor } from '../components/links.tsx';
import { RelativeTime } from '../components/relative-time.tsx';
import { StatusBadge } from '../components/status-badge.tsx';

type MachineColumn = DataColumn<Machine>;

export function nameColumn(subscription: string): MachineColumn {
  return {
    id: 'name',
    header: 'Name',
    cell: ({ id, name }) => (
      <LinkAnchor to="/s/$subscription/computers/$computer" params={{ subscription, computer: id }}>
        {name}
      </LinkAnchor>
    ),
    sortBy: ({ name }) => name,
    width: 'minmax(7rem, 1.5fr)',
  };
}

export const STATE_COLUMN: MachineColumn = {
  id: 'state',
  header: 'State',
  cell: ({ disabled, online }) =>
    disabled ? (
      <StatusBadge tone="bad">Disabled</StatusBadge>
    ) : online ? (
      <StatusBadge tone="good">Online</StatusBadge>
    ) : (
      <StatusBadge tone="idle">Offline</StatusBadge>
    ),
  sortBy: ({ disabled, online }) => (disabled ? 2 : online ? 0 : 1),
  width: '7rem',
};

export const GROUP_COLUMN: MachineColumn = {
  id: 'group',
  header: 'Group',
  cell: ({ memberOf }) =>
    memberOf ?? (
      <Text span c="dimmed">
        none
      </Text>
    ),
  sortBy: ({ memberOf }) => memberOf,
  width: 'minmax(7rem, 1fr)',
};

export const ADDRESS_COLUMN: MachineColumn = {
  id: 'address',
  header: 'Address',
  cell: ({ ipv4 }) => <span className="mono">{ipv4}</span>,
  sortBy: ({ ipv4 }) => ipv4,
  width: '9rem',
  hideOnPhone: true,
};

export const ACTIVATED_COLUMN: MachineColumn = {
  id: 'activated',
  header: 'Since',
  cell: ({ activatedAt }) => <RelativeTime time={activatedAt} />,
  sortBy: ({ activatedAt }) => activatedAt,
  width: '9rem',
  hideOnPhone: true,
};

/** Rows that are not all here can not be put in order here. */
export function unsorted(columns: readonly MachineColumn[]): readonly MachineColumn[] {
  return columns.map(({ sortBy: _, ...column }) => column);
}
