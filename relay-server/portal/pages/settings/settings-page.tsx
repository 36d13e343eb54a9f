/** Settings: what a subscription is called, where its addresses are, whose names it knows besides, and its end. */
import { Skeleton, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { subscriptionQuery } from '../../api/queries.ts';
import { useRights } from '../../api/rights.ts';
import { PageHeader } from '../../components/page-header.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { useSubscription } from '../../shell/last-subscription.ts';
import { DnsRoutesPanel } from './dns-routes-panel.tsx';
import { NamePanel } from './name-panel.tsx';
import { RemovalPanel } from './removal-panel.tsx';

export function SettingsPage() {
  const asked = useSubscription();
  const { data: subscription, error, refetch } = useQuery(subscriptionQuery(asked));
  const { own } = useRights();
  return (
    <>
      <PageHeader
        title="Settings"
        lead={`Of the subscription ${subscription?.name ?? asked}. ${own ? '' : 'Only owners rename or remove it.'}`}
      />
      {subscription === undefined && <RefusalAlert error={error} onRetry={() => void refetch()} />}
      {subscription === undefined && error === null && (
        <Skeleton h={240} maw="48rem" radius="lg" aria-label="Loading" />
      )}
      {subscription !== undefined && (
        <Stack gap="md" maw="48rem">
          <NamePanel subscription={subscription} />
          <DnsRoutesPanel subscription={subscription.name} />
          {own && <RemovalPanel subscription={subscription} />}
        </Stack>
      )}
    </>
  );
}
