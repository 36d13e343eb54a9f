/** Can A reach B?: ask for any two machines; you get the answer and the reason. */
import { Route } from 'lucide-react';
import { EmptyState } from '../../components/empty-state.tsx';
import { PageHeader } from '../../components/page-header.tsx';

export function ReachPage() {
  return (
    <>
      <PageHeader title="Can A reach B?" lead="Ask for any two machines; you get the answer and the reason." />
      <EmptyState icon={Route} title="Choose two machines">
        The answer is the one that the server gives to the machines themselves.
      </EmptyState>
    </>
  );
}
