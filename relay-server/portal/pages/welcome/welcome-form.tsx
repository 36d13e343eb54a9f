/** The first owner and the first subscription, in one go. */
import { Button, Divider, Stack, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { api } from '../../api/client.ts';
import { Refusal } from '../../api/refusal.ts';
import type { Account } from '../../api/shapes.ts';
import { isWeakPassword, NewPasswordField } from '../../components/new-password-field.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { isRateLimited, RetryWait, useSecondsToWait } from '../../components/retry-wait.tsx';
import { SignInNameField, signInNameProblem } from '../people/sign-in-name-field.tsx';
import { subscriptionNameProblem } from './subscription-name.ts';
import { SubscriptionNameField } from './subscription-name-field.tsx';
import classes from './welcome.module.css';

export interface WelcomeFormProps {
  readonly secret: string;
  /** Whether this is the first run: then there is no subscription yet. */
  readonly first: boolean;
  onEntered(account: Account, subscription: string | null): void;
  /** The secret was used already, or is none. */
  onRefused(): void;
}

export function WelcomeForm({ secret, first, onEntered, onRefused }: WelcomeFormProps) {
  const [name, setName] = useState('');
  const [displayName, setDisplayName] = useState('');
  const [password, setPassword] = useState('');
  const [subscription, setSubscription] = useState('');
  const [judged, setJudged] = useState(false);
  const create = useMutation({
    mutationFn: () => {
      const shown = displayName.trim() === '' ? name : displayName.trim();
      const named = first ? subscription : null;
      return api.post<Account>('/welcome', { secret, name, displayName: shown, password, subscription: named });
    },
    onSuccess: (account) => onEntered(account, first ? subscription : null),
    onError: (error) => {
      if (error instanceof Refusal && error.code === 'SECRET_REFUSED') onRefused();
    },
  });
  const seconds = useSecondsToWait(create.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setJudged(true);
    const problem = signInNameProblem(name) ?? (first ? subscriptionNameProblem(subscription) : undefined);
    if (problem === undefined && seconds === 0) create.mutate();
  };
  const taken = takenKind(create.error);
  const shownElsewhere = taken !== undefined || isWeakPassword(create.error) || isRateLimited(create.error);
  const you = (
    <Stack>
      <div className={classes.pair}>
        <SignInNameField
          label="Your name to sign in"
          value={name}
          onChange={setName}
          judged={judged}
          error={taken === 'person' ? 'Somebody has this name already.' : undefined}
        />
        <TextInput
          label="Your name as others see it"
          placeholder="Olivia Martin"
          description="In the audit, for one."
          autoComplete="name"
          maxLength={80}
          value={displayName}
          onChange={({ currentTarget }) => setDisplayName(currentTarget.value)}
        />
      </div>
      <NewPasswordField label="Password" value={password} onChange={setPassword} error={create.error} />
    </Stack>
  );
  return (
    <form onSubmit={submit}>
      <Stack gap="lg">
        {first ? (
          <Section number={1} title="You">
            {you}
          </Section>
        ) : (
          you
        )}
        {first && (
          <>
            <Divider />
            <Section number={2} title="Your network">
              <SubscriptionNameField
                value={subscription}
                onChange={setSubscription}
                judged={judged}
                error={taken === 'subscription' ? 'There is a subscription of this name already.' : undefined}
              />
            </Section>
          </>
        )}
        {isRateLimited(create.error) && <RetryWait seconds={seconds} />}
        <RefusalAlert error={shownElsewhere ? null : create.error} />
        <Button type="submit" size="md" fullWidth loading={create.isPending} disabled={seconds > 0}>
          {first ? 'Set up this server' : 'Become an owner'}
        </Button>
      </Stack>
    </form>
  );
}

function Section({ number, title, children }: { number: number; title: string; children: ReactNode }) {
  return (
    <fieldset className={classes.section}>
      <legend className={classes.legend}>
        <span className={classes.number} aria-hidden>
          {number}
        </span>
        {title}
      </legend>
      {children}
    </fieldset>
  );
}

function takenKind(error: unknown): unknown {
  return error instanceof Refusal && error.code === 'EXISTS_ALREADY' ? error.details.kind : undefined;
}
