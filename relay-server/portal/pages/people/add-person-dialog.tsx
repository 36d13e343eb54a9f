/** Adds somebody who may sign in, with a password to hand over or at the identity provider only. */
import { Modal, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api } from '../../api/client.ts';
import { invalidateKinds } from '../../api/invalidations.ts';
import { signInWaysQuery } from '../../api/queries.ts';
import { Refusal } from '../../api/refusal.ts';
import type { Person } from '../../api/shapes.ts';
import { FormButtons } from '../../components/form-buttons.tsx';
import { isWeakPassword, NewPasswordField } from '../../components/new-password-field.tsx';
import { notifyDone } from '../../components/notify.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { RightsChoice } from './rights-choice.tsx';
import type { Rights } from './rights-words.ts';
import { SignInNameField, signInNameProblem } from './sign-in-name-field.tsx';

export interface AddPersonDialogProps {
  readonly opened: boolean;
  onClose(): void;
}

export function AddPersonDialog({ opened, onClose }: AddPersonDialogProps) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Add somebody"
      closeButtonProps={{ 'aria-label': 'Close' }}
      // What was typed is not lost by a slip of the hand.
      closeOnClickOutside={false}
    >
      <AddPersonForm onClose={onClose} />
    </Modal>
  );
}

function AddPersonForm({ onClose }: { onClose(): void }) {
  const [name, setName] = useState('');
  const [displayName, setDisplayName] = useState('');
  const [rights, setRights] = useState<Rights>('viewer');
  const [password, setPassword] = useState('');
  const [atProvider, setAtProvider] = useState(false);
  const [judged, setJudged] = useState(false);
  const { data: ways } = useQuery(signInWaysQuery);
  const queryClient = useQueryClient();
  const create = useMutation({
    mutationFn: () => {
      const shown = displayName.trim() === '' ? name.slice(0, 80) : displayName.trim();
      return api.post<Person>('/people', { name, displayName: shown, rights, password: atProvider ? null : password });
    },
    onSuccess: (person) => {
      void invalidateKinds(queryClient, null, 'people');
      notifyDone(`${person.displayName} may sign in now.`);
      onClose();
    },
  });
  const taken = create.error instanceof Refusal && create.error.code === 'EXISTS_ALREADY';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setJudged(true);
    if (signInNameProblem(name) === undefined) create.mutate();
  };
  return (
    <form onSubmit={submit} autoComplete="off">
      <Stack>
        <SignInNameField
          label="Name to sign in"
          value={name}
          onChange={setName}
          judged={judged}
          error={taken ? 'Somebody has this name already.' : undefined}
          own={false}
          autoFocus
        />
        <TextInput
          label="Name as others see it"
          placeholder="Olivia Martin"
          autoComplete="off"
          maxLength={80}
          value={displayName}
          onChange={({ currentTarget }) => setDisplayName(currentTarget.value)}
        />
        <RightsChoice value={rights} onChange={setRights} />
        <Switch
          label="At the identity provider only"
          description={
            ways !== undefined && ways.oidc === null
              ? 'None is set up on this server: without a password, they could not sign in.'
              : 'Without a password here; the name is the e-mail address that the provider knows.'
          }
          checked={atProvider}
          disabled={ways?.oidc === null}
          onChange={({ currentTarget }) => setAtProvider(currentTarget.checked)}
        />
        {!atProvider && (
          <NewPasswordField label="First password" value={password} onChange={setPassword} error={create.error} />
        )}
        {!atProvider && (
          <Text size="sm" c="dimmed">
            Hand it over in person. They can change it in their account.
          </Text>
        )}
        <RefusalAlert error={taken || isWeakPassword(create.error) ? null : create.error} />
        <FormButtons busy={create.isPending} onCancel={onClose}>
          Add
        </FormButtons>
      </Stack>
    </form>
  );
}
