/** Roles: programs in your cloud. Their instances appear by themselves as they start. */
import { Server } from 'lucide-react';
import { EmptyState } from '../../components/empty-state.tsx';
import { PageHeader } from '../../components/page-header.tsx';

export function RolesPage() {
  return (
    <>
      <PageHeader title="Roles" lead="Programs in your cloud. Their instances appear by themselves as they start." />
      <EmptyState icon={Server} title="No role yet">
        Make a role, give its activation token to your service, and connect it to a group.
      </EmptyState>
    </>
  );
}
