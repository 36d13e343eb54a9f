/** Takes the second factor away, for whoever knows the password. */
import { Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api } from '../../api/client.ts';
import { invalidateKinds } from '../../api/invalidations.ts';
import { FormButtons } from '../../components/form-buttons.tsx';
import { notifyDone } from '../../components/notify.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { isRateLimited, RetryWait, useSecondsToWait } from '../../components/retry-wait.tsx';
import { isRefusedPassword, PresentPasswordField } from './present-password-field.tsx';

export function SecondFactorRemoval({ hasPassword, onClose }: { readonly hasPassword: boolean; onClose(): void }) {
  const [present, setPresent] = useState('');
  const queryClient = useQueryClient();
  const remove = useMutation({
    mutationFn: () => api.delete('/account/totp', { body: { presentPassword: present } }),
    onSuccess: () => {
      void invalidateKinds(queryClient, null, 'account');
      notifyDone('The second factor was taken away.');
      onClose();
    },
  });
  const { error } = remove;
  const seconds = useSecondsToWait(error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (seconds === 0) remove.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text>The password alone will be enough to sign in again. Your other sessions end.</Text>
        {hasPassword && <PresentPasswordField value={present} onChange={setPresent} error={error} />}
        {isRateLimited(error) && <RetryWait seconds={seconds} />}
        <RefusalAlert error={isRefusedPassword(error) || isRateLimited(error) ? null : error} />
        <FormButtons color="red.8" busy={remove.isPending} disabled={seconds > 0} onCancel={onClose}>
          Take away
        </FormButtons>
      </Stack>
    </form>
  );
}
