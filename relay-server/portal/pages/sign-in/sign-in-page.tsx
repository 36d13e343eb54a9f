/** Sign in: stands outside of the shell, for people who are not signed in. */
import { Button, Center, Code, Divider, Loader, Stack, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Navigate, useRouter, useSearch } from '@tanstack/react-router';
import { LogIn } from 'lucide-react';
import { accountQuery, signInWaysQuery } from '../../api/queries.ts';
import type { Account } from '../../api/shapes.ts';
import { PageHeader } from '../../components/page-header.tsx';
import { Panel } from '../../components/panel.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { PlainPage } from '../../shell/plain-page.tsx';
import { ProviderProblem } from './provider-problem.tsx';
import { forgetReturn, rememberReturn } from './return-address.ts';
import { SignInForm } from './sign-in-form.tsx';

const PROVIDER = '/api/v1/oidc/start';
/** After a refusal: the account that the provider remembers may be the wrong one. */
const PROVIDER_ANEW = `${PROVIDER}?anew`;

export function SignInPage() {
  const { to, problem } = useSearch({ from: '/sign-in' });
  const { data: ways, error, refetch } = useQuery(signInWaysQuery);
  const router = useRouter();
  const queryClient = useQueryClient();
  const enter = (account: Account) => {
    // What somebody else saw here before is not for this person.
    queryClient.clear();
    forgetReturn();
    queryClient.setQueryData(accountQuery.queryKey, account);
    router.history.replace(to ?? '/');
  };
  if (ways?.ready === false) return <Navigate to="/welcome" replace />;
  const stuck = ways !== undefined && !ways.password && ways.oidc === null;
  return (
    <PlainPage width={440}>
      <Panel p="xl">
        <PageHeader title="Sign in" lead="Look after your private network." />
        <Stack>
          <ProviderProblem code={problem} />
          <RefusalAlert error={error} onRetry={() => void refetch()} />
          {ways === undefined && error === null && (
            <Center mih={160}>
              <Loader type="dots" aria-label="Loading" />
            </Center>
          )}
          {ways?.password === true && <SignInForm onSignedIn={enter} />}
          {ways?.password === true && ways.oidc !== null && <Divider label="or" />}
          {ways !== undefined && ways.oidc !== null && (
            <Button
              component="a"
              href={problem === undefined ? PROVIDER : PROVIDER_ANEW}
              variant={ways.password ? 'default' : 'filled'}
              size="md"
              leftSection={<LogIn size={18} aria-hidden />}
              onClick={() => (to === undefined ? forgetReturn() : rememberReturn(to))}
            >
              {ways.oidc.label}
            </Button>
          )}
          {stuck && (
            <Text>
              Nobody has a password here yet. On the server, <Code>causeway-relay reset-admin</Code> prints a link that
              makes an owner.
            </Text>
          )}
        </Stack>
      </Panel>
      {ways?.password === true && (
        <Text size="sm" c="dimmed" ta="center" mt="lg">
          Lost your password? An owner can set a new one. The only owner? Run <Code>causeway-relay reset-admin</Code> on
          the server.
        </Text>
      )}
    </PlainPage>
  );
}
