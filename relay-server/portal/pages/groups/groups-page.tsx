/** Groups: all of them as a table, or beside the computers that are moved between them. */
import { Button, Group, SegmentedControl, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Plus, Workflow } from 'lucide-react';
import { useState } from 'react';
import { groupsQuery } from '../../api/queries.ts';
import { useRights } from '../../api/rights.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { NewSideDialog } from '../../policy/new-side-dialog.tsx';
import { ArrangeComputers } from './arrange-computers.tsx';
import { GroupTable } from './group-table.tsx';
import { UngroupedNotice } from './ungrouped-notice.tsx';

export function GroupsPage() {
  const { subscription } = useParams({ from: '/shell/s/$subscription/groups' });
  const { view = 'list', from } = useSearch({ from: '/shell/s/$subscription/groups' });
  const { data: groups, error, refetch } = useQuery(groupsQuery(subscription));
  const rights = useRights();
  const navigate = useNavigate();
  const [creating, setCreating] = useState(false);
  const show = (next: string) =>
    void navigate({
      to: '/s/$subscription/groups',
      params: { subscription },
      search: next === 'arrange' ? { view: 'arrange' } : {},
      replace: true,
    });
  const newGroup = (
    <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setCreating(true)}>
      New group
    </Button>
  );
  const arranging = view === 'arrange' && rights.change;
  const some = groups !== undefined && groups.length > 0;
  return (
    <>
      <PageHeader
        title="Groups"
        lead="Computers that are treated alike. A computer is in one group, or in none."
        actions={rights.change && some && newGroup}
      />
      <RefusalAlert error={error} onRetry={() => void refetch()} />
      {groups?.length === 0 && (
        <EmptyState icon={Workflow} title="No group yet" action={rights.change && newGroup}>
          Put computers into a group, “SQL servers” for example, then connect the group to a role: all of its computers
          are reachable at once, and those that join later too.
        </EmptyState>
      )}
      {some && (
        <Stack>
          {!arranging && <UngroupedNotice subscription={subscription} />}
          {rights.change && (
            <Group>
              <SegmentedControl
                aria-label="View"
                data={[
                  { value: 'list', label: 'All groups' },
                  { value: 'arrange', label: 'Move computers' },
                ]}
                value={view}
                onChange={show}
              />
            </Group>
          )}
          {arranging ? (
            <ArrangeComputers subscription={subscription} groups={groups} from={from} />
          ) : (
            <GroupTable subscription={subscription} groups={groups} />
          )}
        </Stack>
      )}
      <NewSideDialog
        subscription={subscription}
        kind="group"
        example="SQL servers"
        opened={creating}
        onClose={() => setCreating(false)}
        onCreated={(group) => void navigate({ to: '/s/$subscription/groups/$group', params: { subscription, group } })}
      />
    </>
  );
}
