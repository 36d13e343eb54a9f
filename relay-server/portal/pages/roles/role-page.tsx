/** One role: which instances run, how many over time, and what it is connected to. */
import { Button, Skeleton, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { Pencil, Server, Trash2 } from 'lucide-react';
import { type ReactNode, useCallback, useEffect, useState } from 'react';
import { path } from '../../api/client.ts';
import { rolesQuery } from '../../api/queries.ts';
import { useRights } from '../../api/rights.ts';
import type { Role } from '../../api/shapes.ts';
import { EditDialog } from '../../components/edit-dialog.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { LinkAnchor } from '../../components/links.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { EDITED_TEXTS } from '../../policy/edited-texts.ts';
import { SideConnections } from '../../policy/side-connections.tsx';
import { isNamed } from '../../policy/sides.ts';
import columns from '../../policy/two-columns.module.css';
import { HowInstancesGetIn } from './how-instances-get-in.tsx';
import { InstanceCount } from './instance-count.tsx';
import { useRemoveRole } from './remove-role.ts';
import { RoleInstances } from './role-instances.tsx';

export function RolePage() {
  const { subscription, role: asked } = useParams({ from: '/shell/s/$subscription/roles/$role' });
  const { data: roles, error, isFetching, refetch } = useQuery(rolesQuery(subscription));
  const role = roles?.find((one) => isNamed(one, asked));
  const navigate = useNavigate();
  const id = role?.id;
  useEffect(() => {
    // Goes on by the id, which stays when the role is renamed.
    if (id === undefined || id === asked) return;
    void navigate({ to: '/s/$subscription/roles/$role', params: { subscription, role: id }, replace: true });
  }, [id, asked, navigate, subscription]);
  const above = (
    <LinkAnchor to="/s/$subscription/roles" params={{ subscription }}>
      Roles
    </LinkAnchor>
  );
  if (role !== undefined) return <KnownRole key={role.id} subscription={subscription} role={role} above={above} />;
  return (
    <>
      <PageHeader title="Role" above={above} />
      <RefusalAlert error={error} onRetry={() => void refetch()} />
      {error === null && isFetching && <Skeleton h={240} radius="lg" aria-label="Loading" />}
      {roles !== undefined && !isFetching && (
        <EmptyState icon={Server} title="There is no such role">
          It was removed, or the address is not quite right. All roles are on the page Roles.
        </EmptyState>
      )}
    </>
  );
}

interface KnownRoleProps {
  readonly subscription: string;
  readonly role: Role;
  readonly above: ReactNode;
}

function KnownRole({ subscription, role, above }: KnownRoleProps) {
  const rights = useRights();
  const navigate = useNavigate();
  const [editing, setEditing] = useState(false);
  const leave = useCallback(
    () => void navigate({ to: '/s/$subscription/roles', params: { subscription } }),
    [navigate, subscription],
  );
  const remove = useRemoveRole(subscription, leave);
  return (
    <>
      <PageHeader
        title={role.name}
        lead={role.description || undefined}
        above={above}
        actions={
          rights.change && (
            <>
              <Button variant="default" leftSection={<Trash2 size={16} aria-hidden />} onClick={() => remove(role)}>
                Remove…
              </Button>
              <Button variant="default" leftSection={<Pencil size={16} aria-hidden />} onClick={() => setEditing(true)}>
                Edit
              </Button>
            </>
          )
        }
      />
      <div className={columns.columns}>
        <Stack gap="lg">
          <RoleInstances subscription={subscription} role={role} />
          <InstanceCount subscription={subscription} role={role} />
        </Stack>
        <Stack>
          <SideConnections subscription={subscription} side={{ kind: 'role', id: role.id, name: role.name }} />
          {role.instances > 0 && <HowInstancesGetIn subscription={subscription} />}
        </Stack>
      </div>
      <EditDialog
        opened={editing}
        onClose={() => setEditing(false)}
        what="role"
        fields={EDITED_TEXTS}
        address={path`/subscriptions/${subscription}/roles/${role.id}`}
        subscription={subscription}
        kind="roles"
      />
    </>
  );
}
