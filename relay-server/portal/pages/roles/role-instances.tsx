/** The instances of a role, as they come and go. */
import { Stack, Text, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { Server } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useMachinePages } from '../../api/machine-pages.ts';
import { useRights } from '../../api/rights.ts';
import type { Machine, Role } from '../../api/shapes.ts';
import { DataTable } from '../../components/data-table.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { LinkButton } from '../../components/links.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { SearchField } from '../../components/search-field.tsx';
import { ACTIVATED_COLUMN, ADDRESS_COLUMN, nameColumn, STATE_COLUMN, unsorted } from '../../policy/machine-columns.tsx';
import classes from './roles.module.css';

const SEARCH_PAUSE_MS = 200;
const NO_ROWS: readonly Machine[] = [];

export interface RoleInstancesProps {
  readonly subscription: string;
  readonly role: Role;
}

export function RoleInstances({ subscription, role }: RoleInstancesProps) {
  const rights = useRights();
  const [search, setSearch] = useState('');
  const [searched] = useDebouncedValue(search.trim(), SEARCH_PAUSE_MS);
  const { machines, total, hasMore, more, error, refetch } = useMachinePages(subscription, {
    role: role.id,
    search: searched,
  });
  const columns = useMemo(() => {
    const shown = [nameColumn(subscription), STATE_COLUMN, ADDRESS_COLUMN, ACTIVATED_COLUMN];
    return hasMore ? unsorted(shown) : shown;
  }, [subscription, hasMore]);
  const nothing = machines?.length === 0 && searched === '';
  return (
    <section aria-label="Instances">
      <Stack gap="sm">
        <Title order={2}>
          Instances{' '}
          <Text span c="dimmed" fw={400}>
            {role.instances.toLocaleString('en')}
          </Text>
        </Title>
        <RefusalAlert error={error} onRetry={() => void refetch()} />
        {nothing ? (
          <EmptyState
            icon={Server}
            title="No instance yet"
            action={
              rights.change && (
                <LinkButton
                  size="xs"
                  to="/s/$subscription/install"
                  params={{ subscription }}
                  search={{ tab: 'tokens' }}
                >
                  Make a token for this role
                </LinkButton>
              )
            }
          >
            Give an activation token of this role to your program, in its settings or its container. Each copy that
            starts with it appears here by itself, and is reachable from the groups that the role is connected to.
          </EmptyState>
        ) : (
          <>
            <SearchField label="Search instances" value={search} onChange={setSearch} maw="22rem" />
            <div className={classes.instances}>
              <DataTable
                label={`Instances of ${role.name}`}
                columns={columns}
                rows={machines ?? NO_ROWS}
                rowId={({ id }) => id}
                sortedBy={{ id: 'name' }}
                total={total}
                onNearEnd={more}
                empty={machines === undefined ? 'Loading…' : 'No instance has this in its name or address.'}
              />
            </div>
          </>
        )}
      </Stack>
    </section>
  );
}
