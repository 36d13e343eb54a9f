/**
 * Leads on: to where somebody wanted to go before they signed in, to the computers of a subscription, to
 * its first steps while there is no computer, or to making the first subscription. Whoever is not signed
 * in ends on the sign-in page, which leads on to the first run.
 */
import { Center, Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Navigate, useRouter } from '@tanstack/react-router';
import { Network } from 'lucide-react';
import { useEffect, useState } from 'react';
import { accountQuery, subscriptionsQuery } from '../../api/queries.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { preferred } from '../../shell/last-subscription.ts';
import { PlainPage } from '../../shell/plain-page.tsx';
import { forgetReturn, wantedReturn } from '../sign-in/return-address.ts';

export function StartPage() {
  const { data: subscriptions, error, refetch } = useQuery(subscriptionsQuery);
  const { data: account } = useQuery(accountQuery);
  const [wanted] = useState(wantedReturn);
  if (subscriptions === undefined || account === undefined) {
    return (
      <PlainPage>
        {error === null ? (
          <Center mih="40vh">
            <Loader aria-label="Loading" type="dots" />
          </Center>
        ) : (
          <RefusalAlert error={error} onRetry={() => void refetch()} />
        )}
      </PlainPage>
    );
  }
  if (wanted !== undefined) return <Return to={wanted} />;
  const name = preferred(subscriptions.map((subscription) => subscription.name));
  const chosen = subscriptions.find((subscription) => subscription.name === name);
  if (chosen !== undefined) {
    const to = chosen.machines === 0 ? '/s/$subscription/start' : '/s/$subscription/computers';
    return <Navigate to={to} params={{ subscription: chosen.name }} replace />;
  }
  if (account.rights === 'owner') return <Navigate to="/subscriptions/new" replace />;
  return (
    <PlainPage width="sm">
      <PageHeader title="Nothing here yet" />
      <EmptyState icon={Network} title="There is no subscription yet">
        A subscription is a network of computers and roles. Ask an owner of this server to make one.
      </EmptyState>
    </PlainPage>
  );
}

function Return({ to }: { readonly to: string }) {
  const router = useRouter();
  useEffect(() => {
    forgetReturn();
    router.history.replace(to);
  }, [router, to]);
  return null;
}
