/** Roles: programs in the cloud. Their instances appear by themselves as they start. */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { Plus, Server } from 'lucide-react';
import { useState } from 'react';
import { rolesQuery } from '../../api/queries.ts';
import { useRights } from '../../api/rights.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { NewSideDialog } from '../../policy/new-side-dialog.tsx';
import { RoleTable } from './role-table.tsx';

export function RolesPage() {
  const { subscription } = useParams({ from: '/shell/s/$subscription/roles' });
  const { data: roles, error, refetch } = useQuery(rolesQuery(subscription));
  const rights = useRights();
  const navigate = useNavigate();
  const [creating, setCreating] = useState(false);
  const newRole = (
    <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setCreating(true)}>
      New role
    </Button>
  );
  return (
    <>
      <PageHeader
        title="Roles"
        lead="Programs in your cloud. Their instances appear by themselves as they start."
        actions={rights.change && roles !== undefined && roles.length > 0 && newRole}
      />
      <RefusalAlert error={error} onRetry={() => void refetch()} />
      {roles?.length === 0 && (
        <EmptyState icon={Server} title="No role yet" action={rights.change && newRole}>
          A role stands for all copies of one program, “Web” for example. Start as many as you like with the role’s
          token: each of them appears here and reaches the groups that the role is connected to.
        </EmptyState>
      )}
      {roles !== undefined && roles.length > 0 && <RoleTable subscription={subscription} roles={roles} />}
      <NewSideDialog
        subscription={subscription}
        kind="role"
        example="Web"
        opened={creating}
        onClose={() => setCreating(false)}
        onCreated={(role) => void navigate({ to: '/s/$subscription/roles/$role', params: { subscription, role } })}
      />
    </>
  );
}
