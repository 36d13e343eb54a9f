/** The page of an install link: outside of the shell, for people who are not signed in and know nothing yet. */
import { Loader, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Link2Off, Unlink } from 'lucide-react';
import { Refusal } from '../../api/refusal.ts';
import type { InstallPage } from '../../api/shapes.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { Panel } from '../../components/panel.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { PlainPage } from '../../shell/plain-page.tsx';
import { installPageQuery } from './install-queries.ts';
import { InstallSteps } from './install-steps.tsx';
import { useLinkToken } from './link-token.ts';

export function PublicInstallPage() {
  const { link } = useParams({ from: '/install/$link' });
  const token = useLinkToken(link);
  const { data, error, refetch } = useQuery(installPageQuery(link));

  if (error instanceof Refusal && error.code === 'INSTALL_LINK_CLOSED') {
    return (
      <PlainPage width="sm">
        <PageHeader title="Install Causeway" />
        <EmptyState icon={Link2Off} title="This install link is closed">
          It was switched off, has expired, or never was one. Ask the person who sent it for a new one. Computers that
          joined by it are not affected.
        </EmptyState>
      </PlainPage>
    );
  }
  return (
    <PlainPage width="44rem">
      <PageHeader
        title={data === undefined ? 'Install Causeway' : `Join ${data.subscription}`}
        lead={data !== undefined && <Lead page={data} />}
      />
      <RefusalAlert error={error} onRetry={() => void refetch()} />
      {data === undefined && error === null && <Loader size="sm" aria-label="Loading" />}
      {data !== undefined && token === undefined && (
        <EmptyState icon={Unlink} title="This link is incomplete">
          <Stack gap="xs">
            <Text inherit>
              An install link has a long part behind a #, which lets the computer in. Here it is missing, or was cut off
              on its way; some programs do that to long links.
            </Text>
            <Text inherit>
              Copy the whole link into the address bar, or ask the person who sent it to send it again.
            </Text>
          </Stack>
        </EmptyState>
      )}
      {data !== undefined && token !== undefined && (
        <Panel>
          <InstallSteps page={data} token={token} link={link} />
        </Panel>
      )}
    </PlainPage>
  );
}

function Lead({ page: { subscription, server, joins, expiresAt } }: { readonly page: InstallPage }) {
  return (
    <>
      With Causeway, this computer joins the private network <strong>{subscription}</strong> of{' '}
      <strong>{new URL(server).host}</strong>
      {joins === null ? '. ' : joins.kind === 'group' ? ', in the group ' : ', as an instance of the role '}
      {joins !== null && (
        <>
          <strong>{joins.name}</strong>.{' '}
        </>
      )}
      {joins === null && 'Its administrator then decides what it may reach. '}
      {expiresAt !== null && (
        <>
          The link ends <RelativeTime time={expiresAt} />.
        </>
      )}
    </>
  );
}
