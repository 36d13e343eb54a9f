/**
 * The pages of the subscription in the address. When somebody renames it, the address follows; when it is gone,
 * there is one sentence instead of a refusal in every part of the page.
 */
import { useQuery } from '@tanstack/react-query';
import { Outlet, useRouter } from '@tanstack/react-router';
import { Unplug } from 'lucide-react';
import { useEffect, useState } from 'react';
import { subscriptionsQuery } from '../api/queries.ts';
import { EmptyState } from '../components/empty-state.tsx';
import { LinkButton } from '../components/links.tsx';
import { PageHeader } from '../components/page-header.tsx';
import { isSubscription, useSubscription } from './last-subscription.ts';

export function SubscriptionPlace() {
  const asked = useSubscription();
  const router = useRouter();
  const { data, isFetching } = useQuery(subscriptionsQuery);
  const found = data?.find((one) => isSubscription(one, asked))?.id;
  const [known, setKnown] = useState<{ readonly asked: string; readonly id: string }>();
  if (found !== undefined && (known?.asked !== asked || known.id !== found)) setKnown({ asked, id: found });
  const renamed =
    found === undefined && known?.asked === asked ? data?.find(({ id }) => id === known.id)?.name : undefined;
  useEffect(() => {
    if (renamed === undefined) return;
    router.history.replace(router.state.location.href.replace(/^\/s\/[^/?#]+/, `/s/${renamed}`));
  }, [renamed, router]);
  if (data === undefined || found !== undefined || renamed !== undefined || isFetching) return <Outlet />;
  return (
    <>
      <PageHeader title="No such subscription" />
      <EmptyState
        icon={Unplug}
        title={`There is no subscription ${asked}`}
        action={<LinkButton to="/">Go to the start</LinkButton>}
      >
        It was removed, or the address is not quite right.
      </EmptyState>
    </>
  );
}
