/** What an owner can do about a person: each a short form that says what will happen. */
import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { api, path } from '../../api/client.ts';
import { invalidateKinds } from '../../api/invalidations.ts';
import type { Person } from '../../api/shapes.ts';
import { isWeakPassword, NewPasswordField } from '../../components/new-password-field.tsx';
import { notifyDone } from '../../components/notify.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { RightsChoice } from './rights-choice.tsx';
import { RIGHTS_WORDS } from './rights-words.ts';

export interface PersonFormProps {
  readonly person: Person;
  /** Whether it is who looks. */
  readonly self: boolean;
  /** To what else can be done. */
  onBack(): void;
  onClose(): void;
}

/** Other rights end the sessions; so does everything here that decides over who gets in. */
export function RightsForm(props: PersonFormProps) {
  const { person, self } = props;
  const [rights, setRights] = useState(person.rights);
  // What the owner has seen. Somebody else's change arrives by itself while the form is open.
  const [seen, setSeen] = useState(person.rights);
  const changed = person.rights !== seen;
  const may = RIGHTS_WORDS[rights].label.toLowerCase();
  return (
    <PersonForm
      {...props}
      label={changed ? 'Save mine anyway' : 'Save'}
      done={`${person.displayName} is ${may === 'viewer' ? 'a' : 'an'} ${may} now.`}
      work={() => api.patch(path`/people/${person.id}`, { rights }, { ifMatch: `"${person.version}"` })}
      idle={rights === person.rights}
    >
      <RightsChoice value={rights} onChange={setRights} />
      {changed && (
        <Alert color="yellow" title="Somebody else changed these rights meanwhile.">
          <Group justify="space-between">
            <Text c="var(--mantine-color-text)">
              There now: {RIGHTS_WORDS[person.rights].label}. Yours: {RIGHTS_WORDS[rights].label}.
            </Text>
            <Button
              size="xs"
              variant="default"
              onClick={() => {
                setRights(person.rights);
                setSeen(person.rights);
              }}
            >
              Take theirs
            </Button>
          </Group>
        </Alert>
      )}
      <Text size="sm" c="dimmed">
        {self && rights !== 'owner'
          ? 'You give up your own rights by this: you will no longer see this page.'
          : 'Other rights end their sessions; they sign in again.'}
      </Text>
    </PersonForm>
  );
}

export function PasswordForm(props: PersonFormProps) {
  const { person } = props;
  const [password, setPassword] = useState('');
  return (
    <PersonForm
      {...props}
      label="Set password"
      done={`${person.displayName} has a new password.`}
      work={() => api.patch(path`/people/${person.id}`, { password })}
      field={(error) => (
        <NewPasswordField label="New password" value={password} onChange={setPassword} error={error} autoFocus />
      )}
    >
      <Text size="sm" c="dimmed">
        Their sessions end. Hand the password over in person; they can change it in their account.
      </Text>
    </PersonForm>
  );
}

export function FactorForm(props: PersonFormProps) {
  const { person } = props;
  return (
    <PersonForm
      {...props}
      label="Take away"
      destructive
      done={`${person.displayName} signs in without a second factor now.`}
      work={() => api.patch(path`/people/${person.id}`, { totp: false })}
    >
      <Text>
        For somebody who has lost their phone: the password alone will be enough, until they set up another second
        factor. Make sure that it is really them who asks. Their sessions end.
      </Text>
    </PersonForm>
  );
}

export function DisableForm(props: PersonFormProps) {
  const { person, self } = props;
  const { disabled, displayName } = person;
  return (
    <PersonForm
      {...props}
      label={disabled ? 'Let in again' : 'Disable'}
      destructive={!disabled}
      done={disabled ? `${displayName} may sign in again.` : `${displayName} can not sign in any more.`}
      work={() => api.patch(path`/people/${person.id}`, { disabled: !disabled })}
    >
      <Text>
        {disabled
          ? 'With the password, rights and second factor that were there before.'
          : 'Their sessions end at once, and they can not sign in until an owner lets them in again. Nothing of theirs is lost.'}
      </Text>
      {self && !disabled && <Text fw={600}>This is you.</Text>}
    </PersonForm>
  );
}

export function RemoveForm(props: PersonFormProps) {
  const { person, self } = props;
  return (
    <PersonForm
      {...props}
      label="Remove"
      destructive
      done={`${person.displayName} was removed.`}
      work={() => api.delete(path`/people/${person.id}`)}
    >
      <Text>
        Their sessions end at once. What they did stays in the audit. This can not be undone; to keep somebody out for a
        while, disable them instead.
      </Text>
      {self && <Text fw={600}>This is you.</Text>}
    </PersonForm>
  );
}

interface FormProps extends PersonFormProps {
  readonly label: string;
  readonly done: string;
  readonly destructive?: boolean;
  /** Whether there is nothing to do yet. */
  readonly idle?: boolean;
  readonly work: () => Promise<unknown>;
  /** A field that shows a part of the refusals itself. */
  readonly field?: (error: unknown) => ReactNode;
  readonly children: ReactNode;
}

function PersonForm({
  label,
  done,
  destructive = false,
  idle = false,
  work,
  field,
  children,
  onBack,
  onClose,
}: FormProps) {
  const queryClient = useQueryClient();
  const change = useMutation({
    mutationFn: work,
    onSuccess: () => {
      void invalidateKinds(queryClient, null, 'people', 'account');
      notifyDone(done);
      onClose();
    },
    onError: () => invalidateKinds(queryClient, null, 'people'),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  const shownByField = field !== undefined && isWeakPassword(change.error);
  return (
    <form onSubmit={submit}>
      <Stack>
        {field?.(change.error)}
        {children}
        <RefusalAlert error={shownByField ? null : change.error} />
        <Group justify="flex-end">
          {/* The harmless answer has the focus where something is lost, so that Enter alone destroys nothing. */}
          <Button variant="default" onClick={onBack} data-autofocus={destructive || undefined}>
            Back
          </Button>
          <Button type="submit" color={destructive ? 'red.8' : 'tide'} loading={change.isPending} disabled={idle}>
            {label}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
