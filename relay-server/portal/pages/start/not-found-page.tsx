/** An address that leads nowhere. */
import { Compass } from 'lucide-react';
import { EmptyState } from '../../components/empty-state.tsx';
import { LinkButton } from '../../components/links.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { PlainPage } from '../../shell/plain-page.tsx';

export function NotFoundPage() {
  return (
    <PlainPage width="sm">
      <PageHeader title="There is no such page" />
      <EmptyState
        icon={Compass}
        title="This address leads nowhere"
        action={<LinkButton to="/">Go to the start</LinkButton>}
      >
        Perhaps it was mistyped, or what it showed has been removed.
      </EmptyState>
    </PlainPage>
  );
}
