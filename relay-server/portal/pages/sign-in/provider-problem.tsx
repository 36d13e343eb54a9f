/** What went wrong at the identity provider. Of the address only known codes count: it may be anybody's. */
import { Alert, Text } from '@mantine/core';
import { CircleAlert } from 'lucide-react';

const PROBLEMS: Readonly<Record<string, readonly [title: string, remedy: string]>> = {
  OIDC_FAILED: [
    'Signing in at the identity provider did not work.',
    'Try again, if need be with another account. If it stays so, ask an owner whether you are on the list of people here; the log of the server says what was wrong.',
  ],
  RATE_LIMITED: ['There were too many tries.', 'Wait a minute, then try again.'],
};
const OTHER = ['Signing in did not work.', 'Try again; if it stays so, the log of the server says more.'] as const;

export function ProviderProblem({ code }: { readonly code: string | undefined }) {
  if (code === undefined) return null;
  const [title, remedy] = (Object.hasOwn(PROBLEMS, code) ? PROBLEMS[code] : undefined) ?? OTHER;
  return (
    <Alert color="red" icon={<CircleAlert size={18} aria-hidden />} title={title}>
      <Text c="var(--mantine-color-text)">{remedy}</Text>
    </Alert>
  );
}
