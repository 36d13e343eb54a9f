/** A new password: needs the present one, and ends all other sessions. */
import { Button, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api } from '../../api/client.ts';
import { invalidateKinds } from '../../api/invalidations.ts';
import type { Account } from '../../api/shapes.ts';
import { FormButtons } from '../../components/form-buttons.tsx';
import { isWeakPassword, NewPasswordField } from '../../components/new-password-field.tsx';
import { notifyDone } from '../../components/notify.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { isRateLimited, RetryWait, useSecondsToWait } from '../../components/retry-wait.tsx';
import { AccountSection } from './account-section.tsx';
import { isRefusedPassword, PresentPasswordField } from './present-password-field.tsx';

export function PasswordPanel({ account }: { readonly account: Account }) {
  const [opened, dialog] = useDisclosure(false);
  const label = account.hasPassword ? 'Change password' : 'Set a password';
  return (
    <AccountSection
      title="Password"
      lead={
        account.hasPassword
          ? 'A new one ends all of your other sessions.'
          : 'You have none: you sign in at the identity provider. With one you could also sign in here.'
      }
      action={
        <Button variant="default" onClick={dialog.open}>
          {label}
        </Button>
      }
    >
      <Modal opened={opened} onClose={dialog.close} title={label} closeButtonProps={{ 'aria-label': 'Close' }}>
        <PasswordForm hasPassword={account.hasPassword} onClose={dialog.close} />
      </Modal>
    </AccountSection>
  );
}

function PasswordForm({ hasPassword, onClose }: { readonly hasPassword: boolean; onClose(): void }) {
  const [present, setPresent] = useState('');
  const [password, setPassword] = useState('');
  const queryClient = useQueryClient();
  const change = useMutation({
    mutationFn: () =>
      api.patch<Account>('/account', { password, ...(hasPassword ? { presentPassword: present } : {}) }),
    onSuccess: () => {
      void invalidateKinds(queryClient, null, 'account');
      notifyDone('Your password was changed. All of your other sessions have ended.');
      onClose();
    },
  });
  const seconds = useSecondsToWait(change.error);
  const { error } = change;
  const shownElsewhere = isWeakPassword(error) || isRefusedPassword(error) || isRateLimited(error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (seconds === 0) change.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        {hasPassword && <PresentPasswordField value={present} onChange={setPresent} error={error} />}
        <NewPasswordField
          label="New password"
          value={password}
          onChange={setPassword}
          error={error}
          autoFocus={!hasPassword}
        />
        <Text size="sm" c="dimmed">
          Whoever is signed in as you elsewhere has to sign in again.
        </Text>
        {isRateLimited(error) && <RetryWait seconds={seconds} />}
        <RefusalAlert error={shownElsewhere ? null : error} />
        <FormButtons busy={change.isPending} disabled={seconds > 0} onCancel={onClose}>
          Save
        </FormButtons>
      </Stack>
    </form>
  );
}
