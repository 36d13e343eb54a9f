/** API keys: for programs that do what this portal does. */
import { KeyRound } from 'lucide-react';
import { EmptyState } from '../../components/empty-state.tsx';
import { PageHeader } from '../../components/page-header.tsx';

export function ApiKeysPage() {
  return (
    <>
      <PageHeader title="API keys" lead="For programs that do what this portal does." />
      <EmptyState icon={KeyRound} title="No API key yet">
        A key lets a program use the REST API in your place. Give it no more rights than it needs.
      </EmptyState>
    </>
  );
}
