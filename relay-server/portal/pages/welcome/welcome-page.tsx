/**
 * The first run: whoever has the one-time link becomes the first owner. After `causeway-relay reset-admin`
 * the same page makes another owner. Stands outside of the shell.
 */
import { Center, Loader } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { accountQuery, signInWaysQuery } from '../../api/queries.ts';
import type { Account } from '../../api/shapes.ts';
import { PageHeader } from '../../components/page-header.tsx';
import { Panel } from '../../components/panel.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { PlainPage } from '../../shell/plain-page.tsx';
import { useFirstSecret } from './first-secret.ts';
import { NoSecret, SecretRefused } from './no-secret.tsx';
import { WelcomeForm } from './welcome-form.tsx';

export function WelcomePage() {
  const [secret, setSecret] = useFirstSecret();
  const [refused, setRefused] = useState<string>();
  const { data: ways, error, refetch } = useQuery(signInWaysQuery);
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const enter = (account: Account, subscription: string | null) => {
    queryClient.clear();
    queryClient.setQueryData(accountQuery.queryKey, account);
    if (subscription === null) void navigate({ to: '/', replace: true });
    else void navigate({ to: '/s/$subscription/start', params: { subscription }, replace: true });
  };
  const first = ways?.ready === false;
  const [title, lead] = headings(secret !== undefined && secret !== refused, ways?.ready);
  return (
    <PlainPage width={560}>
      <Panel p="xl">
        <PageHeader title={title} lead={lead} />
        <RefusalAlert error={error} onRetry={() => void refetch()} />
        {ways === undefined && error === null && (
          <Center mih={200}>
            <Loader type="dots" aria-label="Loading" />
          </Center>
        )}
        {ways !== undefined && secret === undefined && <NoSecret ready={ways.ready} onSecret={setSecret} />}
        {ways !== undefined && secret !== undefined && secret === refused && <SecretRefused onSecret={setSecret} />}
        {ways !== undefined && secret !== undefined && (
          // What was typed stays while another link is fetched.
          <div hidden={secret === refused}>
            <WelcomeForm secret={secret} first={first} onEntered={enter} onRefused={() => setRefused(secret)} />
          </div>
        )}
      </Panel>
    </PlainPage>
  );
}

function headings(hasSecret: boolean, ready: boolean | undefined): readonly [title: string, lead: string | undefined] {
  if (ready === undefined || (ready === false && hasSecret)) {
    return ['Welcome to Causeway', 'This server is yours. Two answers, and it works.'];
  }
  if (ready === false) return ['Welcome to Causeway', 'This server waits for its first owner.'];
  if (hasSecret) return ['Become an owner', 'The one-time link makes you an owner of this server.'];
  return ['This server is set up already', undefined];
}
