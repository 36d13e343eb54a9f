/** Brings the secret into an authenticator, then asks for its first code: only then the second factor is on. */
import { Anchor, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api } from '../../api/client.ts';
import { invalidateKinds } from '../../api/invalidations.ts';
import type { TotpSecret } from '../../api/shapes.ts';
import { CodeField, isWholeCode } from '../../components/code-field.tsx';
import { CopyBlock } from '../../components/copy-block.tsx';
import { FormButtons } from '../../components/form-buttons.tsx';
import { notifyDone } from '../../components/notify.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { isRateLimited, RetryWait, useSecondsToWait } from '../../components/retry-wait.tsx';
import classes from './account.module.css';
import { isRefusedPassword } from './present-password-field.tsx';
import { QrCode } from './qr-code.tsx';

export interface SecondFactorSetUpProps {
  /** Not on yet; the server forgets it if no code comes. */
  readonly secret: TotpSecret;
  onClose(): void;
}

export function SecondFactorSetUp({ secret: { secret, uri }, onClose }: SecondFactorSetUpProps) {
  const [code, setCode] = useState('');
  const queryClient = useQueryClient();
  const confirm = useMutation({
    mutationFn: () => api.post<TotpSecret>('/account/totp', { code }),
    onSuccess: () => {
      void invalidateKinds(queryClient, null, 'account');
      notifyDone('The second factor is on.');
      onClose();
    },
    onError: () => setCode(''),
  });
  const seconds = useSecondsToWait(confirm.error);
  const wrong = isRefusedPassword(confirm.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isWholeCode(code) && seconds === 0) confirm.mutate();
  };
  return (
    <form onSubmit={submit}>
      <div className={classes.factor}>
        <QrCode text={uri} width={196} label="QR code for your authenticator. The secret stands beside it as text." />
        <Stack w="100%">
          <Text>
            Scan this with an authenticator on your phone, or{' '}
            <Anchor href={uri} underline="always">
              open it on this device
            </Anchor>
            .
          </Text>
          <CopyBlock label="Or type in this secret" text={secret} shown={inGroups(secret)} what="secret" />
          <CodeField
            label="The code that it shows now"
            value={code}
            onChange={setCode}
            data-autofocus
            error={
              wrong ? 'This is not the code. Is the clock of your phone right? Wait for the next code.' : undefined
            }
          />
          {isRateLimited(confirm.error) && <RetryWait seconds={seconds} />}
          <RefusalAlert error={wrong || isRateLimited(confirm.error) ? null : confirm.error} />
          <Text size="sm" c="dimmed">
            If you lose your phone, an owner can take the second factor away. Switching it on ends your other sessions.
          </Text>
          <FormButtons busy={confirm.isPending} disabled={!isWholeCode(code) || seconds > 0} onCancel={onClose}>
            Switch on
          </FormButtons>
        </Stack>
      </div>
    </form>
  );
}

/** "ABCD EFGH": easier to type from a screen. */
function inGroups(secret: string): string {
  return secret.match(/.{1,4}/g)?.join(' ') ?? secret;
}
