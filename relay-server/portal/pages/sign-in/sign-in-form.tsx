/**
 * Name and password; then, only if the server asks for it, the code of the second factor. What was wrong
 * the server does not say, and neither does this.
 */
import { Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api } from '../../api/client.ts';
import { Refusal } from '../../api/refusal.ts';
import type { Account } from '../../api/shapes.ts';
import { CodeField, isWholeCode } from '../../components/code-field.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { isRateLimited, RetryWait, useSecondsToWait } from '../../components/retry-wait.tsx';

export function SignInForm({ onSignedIn }: { onSignedIn(account: Account): void }) {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [codeWanted, setCodeWanted] = useState(false);
  const signIn = useMutation({
    mutationFn: () => api.post<Account>('/session', { name: name.trim(), password, ...(codeWanted ? { code } : {}) }),
    onSuccess: onSignedIn,
    onError: (error) => {
      if (error instanceof Refusal && error.code === 'SECOND_FACTOR_NEEDED') setCodeWanted(true);
      setCode('');
    },
  });
  const seconds = useSecondsToWait(signIn.error);
  const startOver = () => {
    setCodeWanted(false);
    setPassword('');
    signIn.reset();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (seconds === 0) signIn.mutate();
  };
  const asked = signIn.error instanceof Refusal && signIn.error.code === 'SECOND_FACTOR_NEEDED';
  return (
    <form onSubmit={submit}>
      <Stack>
        {codeWanted ? (
          <>
            <Text>
              Enter the six digits that your authenticator shows now for <strong>{name.trim()}</strong>.
            </Text>
            <CodeField
              size="md"
              value={code}
              onChange={setCode}
              autoFocus
              description={signIn.isError && !asked ? 'Each code works once: wait for the next one.' : undefined}
            />
          </>
        ) : (
          <>
            <TextInput
              label="Name"
              size="md"
              autoComplete="username"
              autoCapitalize="none"
              spellCheck={false}
              required
              withAsterisk={false}
              value={name}
              onChange={({ currentTarget }) => setName(currentTarget.value)}
            />
            <PasswordInput
              label="Password"
              size="md"
              autoComplete="current-password"
              required
              withAsterisk={false}
              visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
              value={password}
              onChange={({ currentTarget }) => setPassword(currentTarget.value)}
            />
          </>
        )}
        {isRateLimited(signIn.error) ? (
          <RetryWait seconds={seconds} />
        ) : (
          <RefusalAlert error={asked ? null : signIn.error} />
        )}
        <Button
          type="submit"
          size="md"
          fullWidth
          loading={signIn.isPending}
          disabled={seconds > 0 || (codeWanted && !isWholeCode(code))}
        >
          Sign in
        </Button>
        {codeWanted && (
          <Button variant="subtle" onClick={startOver}>
            Sign in as somebody else
          </Button>
        )}
      </Stack>
    </form>
  );
}
