/** One computer. */
import { useParams } from '@tanstack/react-router';
import { Laptop } from 'lucide-react';
import { EmptyState } from '../../components/empty-state.tsx';
import { LinkAnchor } from '../../components/links.tsx';
import { PageHeader } from '../../components/page-header.tsx';

export function ComputerPage() {
  const { subscription, computer } = useParams({ from: '/shell/s/$subscription/computers/$computer' });
  return (
    <>
      <PageHeader
        title={computer}
        above={
          <LinkAnchor to="/s/$subscription/computers" params={{ subscription }}>
            Computers
          </LinkAnchor>
        }
      />
      <EmptyState icon={Laptop} title="Nothing to show yet">
        What is known of this computer appears here.
      </EmptyState>
    </>
  );
}
