/** Account: your own password, second factor and sessions. */
import { CircleUser } from 'lucide-react';
import { EmptyState } from '../../components/empty-state.tsx';
import { PageHeader } from '../../components/page-header.tsx';

export function AccountPage() {
  return (
    <>
      <PageHeader title="Account" lead="Your own password, second factor and sessions." />
      <EmptyState icon={CircleUser} title="Nothing to set yet">
        Your account appears here.
      </EmptyState>
    </>
  );
}
