/**
 * Makes a group or a role. Done at once, as nobody gains or loses anything by one that is empty; the message
 * afterwards offers to undo it.
 */
import { Modal, Stack, Switch, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { PolicyChange } from '../api/shapes.ts';
import { FormButtons } from '../components/form-buttons.tsx';
import { RefusalAlert } from '../components/refusal-alert.tsx';
import { applyChanges } from './apply-changes.tsx';

const NAME_MAX = 80;
const DESCRIPTION_MAX = 500;

export interface NewSideDialogProps {
  readonly subscription: string;
  readonly kind: 'group' | 'role';
  /** What such a name may be: "SQL servers". */
  readonly example: string;
  readonly opened: boolean;
  onClose(): void;
  onCreated(name: string): void;
}

export function NewSideDialog(props: NewSideDialogProps) {
  const { kind, opened, onClose } = props;
  return (
    <Modal opened={opened} onClose={onClose} title={`New ${kind}`} closeButtonProps={{ 'aria-label': 'Close' }}>
      {/* Made anew each time it opens, with nothing in it. */}
      <NewSideForm {...props} />
    </Modal>
  );
}

function NewSideForm({ subscription, kind, example, onClose, onCreated }: NewSideDialogProps) {
  const queryClient = useQueryClient();
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [interconnected, setInterconnected] = useState(false);
  const create = useMutation({
    mutationFn: async () => {
      const texts = { name: name.trim(), description: description.trim() };
      const change: PolicyChange =
        kind === 'group' ? { do: 'create-group', ...texts, interconnected } : { do: 'create-role', ...texts };
      const done = `The ${kind} ${texts.name} was created.`;
      await applyChanges({ queryClient, subscription, changes: [change], done });
      return texts.name;
    },
    onSuccess: (created) => {
      onClose();
      onCreated(created);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label="Name"
          placeholder={example}
          required
          maxLength={NAME_MAX}
          autoComplete="off"
          pattern=".*\S.*"
          title="A name, not only spaces."
          value={name}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
          data-autofocus
        />
        <Textarea
          label="Description"
          description="For the next administrator. May stay empty."
          maxLength={DESCRIPTION_MAX}
          autosize
          minRows={2}
          maxRows={8}
          value={description}
          onChange={({ currentTarget }) => setDescription(currentTarget.value)}
        />
        {kind === 'group' && (
          <Switch
            label="Members reach each other"
            description="Otherwise they only reach what the group is connected to. It can be changed at any time."
            checked={interconnected}
            onChange={({ currentTarget }) => setInterconnected(currentTarget.checked)}
          />
        )}
        <RefusalAlert error={create.error} />
        <FormButtons busy={create.isPending} onCancel={onClose}>
          Create {kind}
        </FormButtons>
      </Stack>
    </form>
  );
}
