/** Groups: computers that are treated alike: a computer is in one group, or in none. */
import { Workflow } from 'lucide-react';
import { EmptyState } from '../../components/empty-state.tsx';
import { PageHeader } from '../../components/page-header.tsx';

export function GroupsPage() {
  return (
    <>
      <PageHeader title="Groups" lead="Computers that are treated alike: a computer is in one group, or in none." />
      <EmptyState icon={Workflow} title="No group yet">
        Put computers into a group, then connect the group to a role: all of its computers are reachable at once.
      </EmptyState>
    </>
  );
}
