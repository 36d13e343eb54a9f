/**
 * Removes a subscription. Says what goes with it, as counted now, and wants its name typed: it is the one thing
 * in the portal that cuts off everybody at once and can not be taken back.
 */
import { Modal, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { api, path } from '../../api/client.ts';
import { invalidateKinds } from '../../api/invalidations.ts';
import { subscriptionsQuery } from '../../api/queries.ts';
import type { Subscription } from '../../api/shapes.ts';
import { FormButtons } from '../../components/form-buttons.tsx';
import { notifyDone } from '../../components/notify.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { takenInWords } from './removal-words.ts';
import classes from './settings.module.css';
import { useTaken } from './use-taken.ts';

export interface RemoveSubscriptionProps {
  readonly subscription: Subscription;
  readonly opened: boolean;
  onClose(): void;
}

export function RemoveSubscription({ subscription, opened, onClose }: RemoveSubscriptionProps) {
  const { id, name, version } = subscription;
  /** As it was when the dialog was opened; a rename meanwhile makes the server refuse. */
  const [begun] = useState({ name, version });
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={`Remove the subscription ${begun.name}?`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <RemovalForm subscription={{ ...subscription, id, ...begun }} onClose={onClose} />
    </Modal>
  );
}

function RemovalForm({ subscription, onClose }: Omit<RemoveSubscriptionProps, 'opened'>) {
  const { id, name, version } = subscription;
  const [typed, setTyped] = useState('');
  const [tried, setTried] = useState(false);
  const right = typed.trim().toLowerCase() === name;
  const taken = useTaken(subscription);
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const remove = useMutation({
    mutationFn: () => api.delete(path`/subscriptions/${id}`, { ifMatch: `"${version}"` }),
    onSuccess: async () => {
      notifyDone(`The subscription ${name} was removed.`);
      // Or the start would lead to the one that is gone.
      queryClient.setQueryData(subscriptionsQuery.queryKey, (known) => known?.filter((one) => one.id !== id));
      await navigate({ to: '/' });
      void invalidateKinds(queryClient, null, 'subscriptions', 'api-keys');
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (right) remove.mutate();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <div>
          {taken === undefined && <Text role="status">Counting what goes with it…</Text>}
          {taken !== undefined && <Taken sentences={takenInWords(taken)} />}
          <Text>It can not be undone. What was done in it stays in the audit of the server.</Text>
        </div>
        <TextInput
          label={`Type ${name} to remove it`}
          value={typed}
          onChange={({ currentTarget }) => setTyped(currentTarget.value)}
          error={tried && !right ? `This is not its name: ${name}.` : undefined}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          data-autofocus
        />
        <RefusalAlert error={remove.error} />
        <FormButtons color="red.8" busy={remove.isPending} onCancel={onClose}>
          Remove
        </FormButtons>
      </Stack>
    </form>
  );
}

function Taken({ sentences }: { readonly sentences: readonly string[] }) {
  if (sentences.length === 0) return <Text mb="xs">There is nothing in it.</Text>;
  return (
    <>
      <Text fw={600}>What goes with it:</Text>
      <ul className={classes.taken}>
        {sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </>
  );
}
