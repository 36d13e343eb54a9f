/** Account: your own name, password, second factor and sessions. */
import { Center, Loader, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { accountQuery } from '../../api/queries.ts';
import { PageHeader } from '../../components/page-header.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { PasswordPanel } from './password-panel.tsx';
import { ProfilePanel } from './profile-panel.tsx';
import { SecondFactorPanel } from './second-factor-panel.tsx';
import { SessionsPanel } from './sessions-panel.tsx';

export function AccountPage() {
  const { data: account, error, refetch } = useQuery(accountQuery);
  return (
    <>
      <PageHeader title="Account" lead="Your own name, password, second factor and sessions." />
      {account === undefined && error === null && (
        <Center mih="30vh">
          <Loader type="dots" aria-label="Loading" />
        </Center>
      )}
      {account === undefined && <RefusalAlert error={error} onRetry={() => void refetch()} />}
      {account !== undefined && (
        <Stack gap="md" maw="48rem">
          <ProfilePanel account={account} />
          <PasswordPanel account={account} />
          <SecondFactorPanel account={account} />
          <SessionsPanel />
        </Stack>
      )}
    </>
  );
}
