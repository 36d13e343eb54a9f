/** Makes a group or a role, with its effect shown first. What was written stays until it is made. */
import { Button, Group, Modal, Stack, Switch, Text, Textarea, TextInput } from '@mantine/core';
import { Plus } from 'lucide-react';
import { type FormEvent, useRef, useState } from 'react';
import type { PolicyChanges } from './policy-changes.ts';

const NAME_LENGTH = 80;
const DESCRIPTION_LENGTH = 500;

interface Draft {
  readonly name: string;
  readonly description: string;
  readonly interconnected: boolean;
}
const EMPTY: Draft = { name: '', description: '', interconnected: false };

export interface NewSideButtonProps {
  readonly kind: 'group' | 'role';
  readonly changes: PolicyChanges;
  readonly variant?: 'default' | 'filled';
}

export function NewSideButton({ kind, changes, variant = 'default' }: NewSideButtonProps) {
  const [opened, setOpened] = useState(false);
  const [draft, setDraft] = useState(EMPTY);
  const button = useRef<HTMLButtonElement>(null);
  const change = (part: Partial<Draft>) => setDraft((last) => ({ ...last, ...part }));

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const { description, interconnected } = draft;
    const name = draft.name.trim();
    if (name === '') return;
    setOpened(false);
    // The proposal gives the focus back to what had it when it opened: not to a form that is gone by then.
    button.current?.focus();
    changes.create(
      kind === 'group'
        ? { do: 'create-group', name, description, interconnected }
        : { do: 'create-role', name, description },
      () => setDraft(EMPTY),
    );
  };
  return (
    <>
      <Button
        ref={button}
        variant={variant}
        leftSection={<Plus size={16} aria-hidden />}
        onClick={() => setOpened(true)}
      >
        New {kind}
      </Button>
      <Modal
        opened={opened}
        onClose={() => setOpened(false)}
        title={`New ${kind}`}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <form onSubmit={submit}>
          <Stack>
            <Text size="sm" c="dimmed">
              {kind === 'group'
                ? 'Computers that are treated alike. What the group is connected to, all of them reach.'
                : 'One kind of machine in your cloud: its instances come and go, and what the role is connected to, all of them reach.'}
            </Text>
            <TextInput
              label="Name"
              required
              maxLength={NAME_LENGTH}
              data-autofocus
              value={draft.name}
              onChange={({ currentTarget }) => change({ name: currentTarget.value })}
            />
            <Textarea
              label="Description"
              maxLength={DESCRIPTION_LENGTH}
              autosize
              minRows={2}
              value={draft.description}
              onChange={({ currentTarget }) => change({ description: currentTarget.value })}
            />
            {kind === 'group' && (
              <Switch
                label="Its members reach each other"
                checked={draft.interconnected}
                onChange={({ currentTarget }) => change({ interconnected: currentTarget.checked })}
              />
            )}
            <Group justify="flex-end">
              <Button variant="default" onClick={() => setOpened(false)}>
                Cancel
              </Button>
              <Button type="submit" disabled={draft.name.trim() === ''}>
                Create…
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
