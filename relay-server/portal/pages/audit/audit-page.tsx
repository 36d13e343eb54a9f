/** Audit: every change and every sign-in: who, when, what it was before and after. */
import { History } from 'lucide-react';
import { EmptyState } from '../../components/empty-state.tsx';
import { PageHeader } from '../../components/page-header.tsx';

export function AuditPage() {
  return (
    <>
      <PageHeader title="Audit" lead="Every change and every sign-in: who, when, what it was before and after." />
      <EmptyState icon={History} title="Nothing has happened yet">
        As soon as somebody changes something, it is written down here.
      </EmptyState>
    </>
  );
}
