/** One role. */
import { useParams } from '@tanstack/react-router';
import { Server } from 'lucide-react';
import { EmptyState } from '../../components/empty-state.tsx';
import { LinkAnchor } from '../../components/links.tsx';
import { PageHeader } from '../../components/page-header.tsx';

export function RolePage() {
  const { subscription, role } = useParams({ from: '/shell/s/$subscription/roles/$role' });
  return (
    <>
      <PageHeader
        title={role}
        above={
          <LinkAnchor to="/s/$subscription/roles" params={{ subscription }}>
            Roles
          </LinkAnchor>
        }
      />
      <EmptyState icon={Server} title="Nothing to show yet">
        What is known of this role appears here.
      </EmptyState>
    </>
  );
}
