/** The second factor: a code of six digits that an authenticator shows, besides the password. */
import { Button, Modal } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import type { Account, TotpSecret } from '../../api/shapes.ts';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { AccountSection } from './account-section.tsx';
import { SecondFactorRemoval } from './second-factor-removal.tsx';
import { SecondFactorSetUp } from './second-factor-set-up.tsx';

export function SecondFactorPanel({ account }: { readonly account: Account }) {
  const [settingUp, setUp] = useDisclosure(false);
  // Each opening makes a new secret. No query: one that asked again would change it below the hands of who scans it.
  const make = useMutation({ mutationFn: () => api.post<TotpSecret>('/account/totp', {}), onSuccess: setUp.open });
  const [removing, removal] = useDisclosure(false);
  return (
    <AccountSection
      title="Second factor"
      lead={
        <>
          {account.totp ? <StatusBadge tone="good">On</StatusBadge> : <StatusBadge tone="idle">Off</StatusBadge>}{' '}
          {account.totp
            ? 'Signing in also needs the code that your authenticator shows.'
            : 'With it, a stolen password alone is worth nothing: signing in also needs a code of your phone.'}
        </>
      }
      action={
        account.totp ? (
          <Button variant="default" onClick={removal.open}>
            Take away
          </Button>
        ) : (
          <Button loading={make.isPending} onClick={() => make.mutate()}>
            Set up
          </Button>
        )
      }
    >
      <RefusalAlert error={make.error} />
      <Modal
        opened={settingUp}
        onClose={setUp.close}
        title="Set up the second factor"
        closeButtonProps={{ 'aria-label': 'Close' }}
        size="lg"
      >
        {make.data !== undefined && <SecondFactorSetUp secret={make.data} onClose={setUp.close} />}
      </Modal>
      <Modal
        opened={removing}
        onClose={removal.close}
        title="Take the second factor away?"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <SecondFactorRemoval hasPassword={account.hasPassword} onClose={removal.close} />
      </Modal>
    </AccountSection>
  );
}
