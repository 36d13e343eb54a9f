/** Makes an API key, and then shows it, the only time that there is, with a request to try it with. */
import { Button, Group, Modal, Radio, Select, Stack, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api } from '../../api/client.ts';
import { invalidateKinds } from '../../api/invalidations.ts';
import { subscriptionsQuery } from '../../api/queries.ts';
import type { CreatedApiKey } from '../../api/shapes.ts';
import { CopyBlock } from '../../components/copy-block.tsx';
import { type Expiry, expiryProblem, expiryTime } from '../../components/expiry.ts';
import { ExpiryField } from '../../components/expiry-field.tsx';
import { FormButtons } from '../../components/form-buttons.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { ShownOnce } from '../../components/shown-once.tsx';
import { RIGHTS_WORDS } from './rights-words.ts';

export interface MakeKeyDialogProps {
  readonly opened: boolean;
  onClose(): void;
}

export function MakeKeyDialog({ opened, onClose }: MakeKeyDialogProps) {
  const queryClient = useQueryClient();
  const make = useMutation({
    mutationFn: (wish: object) => api.post<CreatedApiKey>('/api-keys', wish),
    onSuccess: () => void invalidateKinds(queryClient, null, 'api-keys'),
  });
  const made = make.data;
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      // Not before: the dialog keeps its words while it fades. But a secret is not kept longer than that.
      onExitTransitionEnd={make.reset}
      title={made === undefined ? 'New API key' : 'API key created'}
      size={made === undefined ? 'md' : 'lg'}
      closeOnClickOutside={made === undefined}
      closeOnEscape={made === undefined}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {made === undefined ? (
        <Wish busy={make.isPending} error={make.error} onWish={make.mutate} onClose={onClose} />
      ) : (
        <Stack>
          <ShownOnce what="API key" text={made.key} otherwise="make a new key and revoke this one" />
          <CopyBlock label="Try it" text={exampleOf(made.key)} what="example" />
          <Group justify="flex-end">
            <Button onClick={onClose} data-autofocus>
              I have copied it
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}

function exampleOf(key: string): string {
  return `curl --header 'Authorization: Bearer ${key}' ${window.location.origin}/api/v1/subscriptions`;
}

interface WishProps {
  readonly busy: boolean;
  readonly error: unknown;
  onWish(wish: object): void;
  onClose(): void;
}

function Wish({ busy, error, onWish, onClose }: WishProps) {
  const { data: subscriptions = [] } = useQuery(subscriptionsQuery);
  const [description, setDescription] = useState('');
  const [rights, setRights] = useState('viewer');
  const [subscription, setSubscription] = useState<string | null>(null);
  const [expiry, setExpiry] = useState<Expiry>({ choice: '30-days', date: '' });
  const [problem, setProblem] = useState<string>();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wrong = expiryProblem(expiry, Date.now());
    setProblem(wrong);
    if (wrong !== undefined) return;
    onWish({ description: description.trim(), rights, subscription, expiresAt: expiryTime(expiry, Date.now()) });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label="What for"
          description="Which program has it, and where: you will want to know when you revoke it."
          placeholder="Nightly policy export"
          maxLength={200}
          value={description}
          onChange={({ currentTarget }) => setDescription(currentTarget.value)}
          data-autofocus
        />
        <Radio.Group label="Rights" value={rights} onChange={setRights}>
          <Stack gap="xs" mt={4}>
            {Object.entries(RIGHTS_WORDS).map(([value, { name, may }]) => (
              <Radio key={value} value={value} label={name} description={may} />
            ))}
          </Stack>
        </Radio.Group>
        <Select
          label="Only for one subscription"
          description="It then sees and changes nothing of the others."
          placeholder="All subscriptions"
          data={subscriptions.map(({ id, name }) => ({ value: id, label: name }))}
          value={subscription}
          onChange={setSubscription}
          searchable
          clearable
          clearButtonProps={{ 'aria-label': 'All subscriptions' }}
          nothingFoundMessage="No subscription of this name."
        />
        <ExpiryField label="Works for" value={expiry} error={problem} onChange={setExpiry} />
        <RefusalAlert error={error} />
        <FormButtons busy={busy} onCancel={onClose}>
          Create key
        </FormButtons>
      </Stack>
    </form>
  );
}
