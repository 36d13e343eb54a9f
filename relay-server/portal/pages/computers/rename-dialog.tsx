/**
 * Renames a computer. If somebody else renamed it since the dialog was opened, both names are shown, and
 * what was typed stays.
 */
import { Modal, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { invalidateKinds } from '../../api/invalidations.ts';
import type { Machine } from '../../api/shapes.ts';
import { EditButtons } from '../../components/edit-buttons.tsx';
import { EditConflict } from '../../components/edit-conflict.tsx';
import { differencesOf } from '../../components/merge-edits.ts';
import { notifyDone } from '../../components/notify.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { type Seen, saveEdit } from '../../components/save-edit.ts';
import { computerName, nameIssue } from './computer-name.ts';
import { machinePath } from './machine-queries.ts';

export interface RenameDialogProps {
  readonly subscription: string;
  /** As it was when the dialog was opened: what the person decided on. */
  readonly machine: Machine;
  readonly opened: boolean;
  onClose(): void;
}

export function RenameDialog({ subscription, machine, opened, onClose }: RenameDialogProps) {
  const queryClient = useQueryClient();
  const [typed, setTyped] = useState<string>(machine.name);
  const [tried, setTried] = useState(false);
  /** What is there now, if it is no longer what the person began with. */
  const [now, setNow] = useState<Seen>();
  const base = { name: machine.name };
  const mine = { name: computerName(typed) };
  const issue = nameIssue(typed);

  const rename = useMutation({
    mutationFn: () =>
      saveEdit({
        address: machinePath(subscription, machine.id),
        base,
        mine,
        seen: now ?? { values: base, etag: `"${machine.version}"` },
      }),
    onSuccess: (outcome) => {
      if (outcome.is === 'conflict') {
        setNow(outcome.now);
        return;
      }
      onClose();
      if (outcome.is === 'unchanged') return;
      void invalidateKinds(queryClient, subscription, 'machines');
      notifyDone(`${machine.name} is now called ${mine.name}.`);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    // Enter in the field is no answer to the question of whose name shall stay.
    if (issue === undefined && now === undefined) rename.mutate();
  };
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={`Rename ${machine.name}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form onSubmit={submit} noValidate>
        <Stack>
          {now !== undefined && (
            <EditConflict
              what="computer"
              differences={differencesOf(base, mine, now.values)}
              labelOf={() => 'Name'}
              saving={rename.isPending}
              onSaveMine={() => issue === undefined && rename.mutate()}
              onUseTheirs={onClose}
            />
          )}
          <TextInput
            label="Name"
            description="Others reach it by this name. The old one stops working at once."
            value={typed}
            onChange={({ currentTarget }) => setTyped(currentTarget.value)}
            error={tried || typed !== machine.name ? issue : undefined}
            autoComplete="off"
            spellCheck={false}
            data-autofocus
          />
          <RefusalAlert error={rename.error} />
          <EditButtons label="Rename" saving={rename.isPending} inConflict={now !== undefined} onCancel={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
