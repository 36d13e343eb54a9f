/** Policy: who may reach whom: roles on one side, groups on the other, a line for each connection. */
import { Cable } from 'lucide-react';
import { EmptyState } from '../../components/empty-state.tsx';
import { PageHeader } from '../../components/page-header.tsx';

export function PolicyPage() {
  return (
    <>
      <PageHeader
        title="Policy"
        lead="Who may reach whom: roles on one side, groups on the other, a line for each connection."
      />
      <EmptyState icon={Cable} title="No connection yet">
        What is not connected can not be reached. Connect a role to a group to begin.
      </EmptyState>
    </>
  );
}
