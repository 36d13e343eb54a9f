/** One group: what it is, which computers are in it, and what it is connected to. */
import { Button, Group, Skeleton, Stack, Switch, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { GripVertical, Pencil, Trash2, Workflow } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { path } from '../../api/client.ts';
import { groupsQuery } from '../../api/queries.ts';
import { useRights } from '../../api/rights.ts';
import type { Group as ComputerGroup } from '../../api/shapes.ts';
import { EditDialog } from '../../components/edit-dialog.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { LinkAnchor, LinkButton } from '../../components/links.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { Panel } from '../../components/panel.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { EDITED_TEXTS } from '../../policy/edited-texts.ts';
import { useProposal } from '../../policy/proposal.tsx';
import { SideConnections } from '../../policy/side-connections.tsx';
import { isNamed } from '../../policy/sides.ts';
import columns from '../../policy/two-columns.module.css';
import { GroupMembers } from './group-members.tsx';
import { useRemoveGroup } from './remove-group.ts';

export function GroupPage() {
  const { subscription, group: asked } = useParams({ from: '/shell/s/$subscription/groups/$group' });
  const { data: groups, error, isFetching, refetch } = useQuery(groupsQuery(subscription));
  const group = groups?.find((one) => isNamed(one, asked));
  const navigate = useNavigate();
  const id = group?.id;
  useEffect(() => {
    // Goes on by the id, which stays when the group is renamed.
    if (id === undefined || id === asked) return;
    void navigate({ to: '/s/$subscription/groups/$group', params: { subscription, group: id }, replace: true });
  }, [id, asked, navigate, subscription]);
  const above = (
    <LinkAnchor to="/s/$subscription/groups" params={{ subscription }}>
      Groups
    </LinkAnchor>
  );
  if (group !== undefined) return <KnownGroup key={group.id} subscription={subscription} group={group} above={above} />;
  return (
    <>
      <PageHeader title="Group" above={above} />
      <RefusalAlert error={error} onRetry={() => void refetch()} />
      {error === null && isFetching && <Skeleton h={240} radius="lg" aria-label="Loading" />}
      {groups !== undefined && !isFetching && (
        <EmptyState icon={Workflow} title="There is no such group">
          It was removed, or the address is not quite right. All groups are on the page Groups.
        </EmptyState>
      )}
    </>
  );
}

interface KnownGroupProps {
  readonly subscription: string;
  readonly group: ComputerGroup;
  readonly above: React.ReactNode;
}

function KnownGroup({ subscription, group, above }: KnownGroupProps) {
  const rights = useRights();
  const navigate = useNavigate();
  const [editing, setEditing] = useState(false);
  const leave = useCallback(
    () => void navigate({ to: '/s/$subscription/groups', params: { subscription } }),
    [navigate, subscription],
  );
  const remove = useRemoveGroup(subscription, leave);
  return (
    <>
      <PageHeader
        title={group.name}
        lead={group.description || undefined}
        above={above}
        actions={
          rights.change && (
            <>
              <Button variant="default" leftSection={<Trash2 size={16} aria-hidden />} onClick={() => remove(group)}>
                Remove…
              </Button>
              <LinkButton
                variant="default"
                leftSection={<GripVertical size={16} aria-hidden />}
                to="/s/$subscription/groups"
                params={{ subscription }}
                search={{ view: 'arrange', from: group.id }}
                visibleFrom="sm"
              >
                Drag to other groups
              </LinkButton>
              <Button variant="default" leftSection={<Pencil size={16} aria-hidden />} onClick={() => setEditing(true)}>
                Edit
              </Button>
            </>
          )
        }
      />
      <div className={columns.columns}>
        <GroupMembers subscription={subscription} group={group} />
        <Stack>
          <SideConnections subscription={subscription} side={{ kind: 'group', id: group.id, name: group.name }} />
          <Interconnected subscription={subscription} group={group} />
        </Stack>
      </div>
      <EditDialog
        opened={editing}
        onClose={() => setEditing(false)}
        what="group"
        fields={EDITED_TEXTS}
        address={path`/subscriptions/${subscription}/groups/${group.id}`}
        subscription={subscription}
        kind="groups"
      />
    </>
  );
}

function Interconnected({ subscription, group }: Omit<KnownGroupProps, 'above'>) {
  const rights = useRights();
  const propose = useProposal();
  const { id, name, interconnected, version } = group;
  const words = interconnected
    ? 'Each computer of this group reaches each other one.'
    : 'Computers of this group only reach what the group is connected to.';
  const change = () =>
    propose({
      subscription,
      title: interconnected
        ? `Keep the members of ${name} apart from each other?`
        : `Let the members of ${name} reach each other?`,
      confirmLabel: interconnected ? 'Keep apart' : 'Let them',
      done: interconnected
        ? `The members of ${name} no longer reach each other.`
        : `The members of ${name} reach each other.`,
      changes: [{ do: 'change-group', group: id, interconnected: !interconnected, expect: version }],
    });
  return (
    <Panel>
      <Group>
        {rights.change ? (
          <Switch
            label="Members reach each other"
            description={words}
            checked={interconnected}
            // The switch follows when it is done, after the effect was seen.
            onChange={change}
          />
        ) : (
          <div>
            <Text fw={600}>{interconnected ? 'Members reach each other' : 'Members do not reach each other'}</Text>
            <Text size="xs" c="dimmed">
              {words}
            </Text>
          </div>
        )}
      </Group>
    </Panel>
  );
}
