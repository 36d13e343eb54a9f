/** Computers: every computer that was activated in this subscription. */
import { Laptop } from 'lucide-react';
import { EmptyState } from '../../components/empty-state.tsx';
import { PageHeader } from '../../components/page-header.tsx';

export function ComputersPage() {
  return (
    <>
      <PageHeader title="Computers" lead="Every computer that was activated in this subscription." />
      <EmptyState icon={Laptop} title="No computer yet">
        Install Causeway on a computer, and it appears here by itself.
      </EmptyState>
    </>
  );
}
