/** The people of this server, one a row. */
import { Anchor, Text } from '@mantine/core';
import { useMemo } from 'react';
import type { Person } from '../../api/shapes.ts';
import { type DataColumn, DataTable } from '../../components/data-table.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { RIGHTS, RIGHTS_WORDS } from './rights-words.ts';

export interface PeopleTableProps {
  readonly people: readonly Person[];
  /** Id of who looks. */
  readonly self: string;
  onChoose(person: string): void;
}

export function PeopleTable({ people, self, onChoose }: PeopleTableProps) {
  const columns = useMemo<readonly DataColumn<Person>[]>(
    () => [
      {
        id: 'displayName',
        header: 'Name',
        cell: ({ id, displayName }) => (
          <>
            <Anchor
              component="button"
              type="button"
              fw={600}
              c="var(--mantine-color-text)"
              onClick={() => onChoose(id)}
            >
              {displayName}
            </Anchor>
            {id === self && (
              <Text span size="sm" c="dimmed" visibleFrom="sm">
                {' '}
                (you)
              </Text>
            )}
          </>
        ),
        sortBy: ({ displayName }) => displayName,
        width: 'minmax(7rem, 2fr)',
      },
      {
        id: 'name',
        header: 'Signs in as',
        cell: ({ name }) => name,
        sortBy: ({ name }) => name,
        width: 'minmax(8rem, 2fr)',
        hideOnPhone: true,
      },
      {
        id: 'rights',
        header: 'Rights',
        cell: ({ rights }) => RIGHTS_WORDS[rights].label,
        sortBy: ({ rights }) => RIGHTS.indexOf(rights),
        width: '7.75rem',
      },
      {
        id: 'totp',
        header: 'Second factor',
        cell: ({ totp }) => <StatusBadge tone={totp ? 'good' : 'idle'}>{totp ? 'On' : 'Off'}</StatusBadge>,
        sortBy: ({ totp }) => Number(totp),
        width: 'minmax(7.5rem, 1fr)',
        hideOnPhone: true,
      },
      {
        id: 'lastSignInAt',
        header: 'Last sign-in',
        cell: ({ lastSignInAt }) => <RelativeTime time={lastSignInAt} />,
        sortBy: ({ lastSignInAt }) => lastSignInAt,
        hideOnPhone: true,
      },
      {
        id: 'state',
        header: 'State',
        cell: ({ disabled }) => (
          <StatusBadge tone={disabled ? 'bad' : 'good'}>{disabled ? 'Disabled' : 'Active'}</StatusBadge>
        ),
        sortBy: ({ disabled }) => Number(disabled),
        width: '6.5rem',
      },
    ],
    [self, onChoose],
  );
  return (
    <DataTable
      label="People of this server"
      columns={columns}
      rows={people}
      rowId={({ id }) => id}
      sortedBy={{ id: 'displayName' }}
    />
  );
}
