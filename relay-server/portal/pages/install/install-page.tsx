/** Install: activation tokens, and links that lead others through the installation. */
import { Download } from 'lucide-react';
import { EmptyState } from '../../components/empty-state.tsx';
import { PageHeader } from '../../components/page-header.tsx';

export function InstallPage() {
  return (
    <>
      <PageHeader title="Install" lead="Activation tokens, and links that lead others through the installation." />
      <EmptyState icon={Download} title="No activation token yet">
        A token lets computers join this subscription. Send it, or the install link made of it, to whoever sets up the
        computer.
      </EmptyState>
    </>
  );
}
