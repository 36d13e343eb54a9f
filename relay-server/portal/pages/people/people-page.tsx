/** People: who may sign in to this portal, and what they may do. */
import { Users } from 'lucide-react';
import { EmptyState } from '../../components/empty-state.tsx';
import { PageHeader } from '../../components/page-header.tsx';

export function PeoplePage() {
  return (
    <>
      <PageHeader title="People" lead="Who may sign in to this portal, and what they may do." />
      <EmptyState icon={Users} title="Nobody else yet">
        Invite the people who look after this server with you.
      </EmptyState>
    </>
  );
}
