/** Lock: keeps whoever takes the server from letting machines in. Set up, what waits, keys, loss. */
import { Code, Skeleton, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { notifyDone } from '../../components/notify.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { useSubscription } from '../../shell/last-subscription.ts';
import { KeysPanel } from './keys-panel.tsx';
import { LockOff } from './lock-off.tsx';
import { TokenPanel } from './token-panel.tsx';
import { lockQuery } from './use-lock.ts';
import { WaitingPanel } from './waiting-panel.tsx';

export function LockPage() {
  const subscription = useSubscription();
  const { data: view, error, refetch } = useQuery(lockQuery(subscription));
  return (
    <>
      <PageHeader
        title="Lock"
        lead={
          <>
            A key that only you have signs machines and the policy, so that nobody who has this server lets others in.
            These pages come from the server, too: if you do not trust it now, sign with{' '}
            <Code>causeway-relay lock</Code> on a computer of your own.
          </>
        }
      />
      {view === undefined && <RefusalAlert error={error} onRetry={() => void refetch()} />}
      {view === undefined && error === null && <Skeleton h={240} maw="48rem" radius="lg" aria-label="Loading" />}
      {view?.state === 'off' && <LockOff view={view} onLocked={() => notifyDone('The subscription is locked.')} />}
      {view?.state === 'on' && (
        <Stack gap="md" maw="48rem">
          <WaitingPanel view={view} />
          <TokenPanel view={view} />
          <KeysPanel view={view} />
        </Stack>
      )}
    </>
  );
}
