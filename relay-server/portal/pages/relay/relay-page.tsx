/** Relay: what this server carries between machines: how much, how fast, and what it had to drop. */
import { Activity } from 'lucide-react';
import { EmptyState } from '../../components/empty-state.tsx';
import { PageHeader } from '../../components/page-header.tsx';

export function RelayPage() {
  return (
    <>
      <PageHeader
        title="Relay"
        lead="What this server carries between machines: how much, how fast, and what it had to drop."
      />
      <EmptyState icon={Activity} title="No traffic yet">
        As soon as machines talk to each other, this page shows it.
      </EmptyState>
    </>
  );
}
