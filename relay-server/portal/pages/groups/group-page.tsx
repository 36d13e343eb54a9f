/** One group. */
import { useParams } from '@tanstack/react-router';
import { Workflow } from 'lucide-react';
import { EmptyState } from '../../components/empty-state.tsx';
import { LinkAnchor } from '../../components/links.tsx';
import { PageHeader } from '../../components/page-header.tsx';

export function GroupPage() {
  const { subscription, group } = useParams({ from: '/shell/s/$subscription/groups/$group' });
  return (
    <>
      <PageHeader
        title={group}
        above={
          <LinkAnchor to="/s/$subscription/groups" params={{ subscription }}>
            Groups
          </LinkAnchor>
        }
      />
      <EmptyState icon={Workflow} title="Nothing to show yet">
        What is known of this group appears here.
      </EmptyState>
    </>
  );
}
