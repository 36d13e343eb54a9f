/**
 * Renames a computer. If somebody else changed it since the dialog was opened, both names are shown, and
 * what was typed stays.
 */
import { Alert, Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Users } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { api, isConflict } from '../../api/client.ts';
import { invalidateKinds } from '../../api/invalidations.ts';
import type { Machine } from '../../api/shapes.ts';
import { notifyDone } from '../../components/notify.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
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
  const [theirs, setTheirs] = useState<Machine>();
  const at = machinePath(subscription, machine.id);

  const rename = useMutation({
    mutationFn: (version: number) => api.patch<Machine>(at, { name: computerName(typed) }, { ifMatch: `"${version}"` }),
    onSuccess: (renamed) => {
      void invalidateKinds(queryClient, subscription, 'machines');
      onClose();
      notifyDone(`${machine.name} is now called ${renamed.name}.`);
    },
    onError: async (error) => {
      if (isConflict(error)) setTheirs(await api.get<Machine>(at));
    },
  });
  const issue = nameIssue(typed);
  const save = (event?: FormEvent) => {
    event?.preventDefault();
    setTried(true);
    if (issue !== undefined) return;
    if (computerName(typed) === (theirs ?? machine).name) onClose();
    else rename.mutate((theirs ?? machine).version);
  };
  const conflict = theirs !== undefined;
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={`Rename ${machine.name}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form onSubmit={save} noValidate>
        <Stack>
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
          {theirs !== undefined && (
            <Alert
              color="yellow"
              icon={<Users size={18} aria-hidden />}
              title="Somebody else changed this computer meanwhile."
              role="alert"
            >
              <Text size="sm" c="var(--mantine-color-text)">
                {theirs.name === machine.name
                  ? `It is still called ${theirs.name}; something else of it was changed.`
                  : `They renamed it to ${theirs.name}.`}{' '}
                What you typed is kept above.
              </Text>
            </Alert>
          )}
          {!(conflict && isConflict(rename.error)) && <RefusalAlert error={rename.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {conflict ? `Take theirs: ${theirs.name}` : 'Cancel'}
            </Button>
            <Button type="submit" loading={rename.isPending}>
              {conflict ? 'Save mine anyway' : 'Rename'}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
