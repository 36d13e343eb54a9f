/**
 * Edits texts of one thing in a dialog: its name, its description. What is in the form is read anew when it
 * opens and does not change below the hands of whoever types; a conflict is told when it is saved.
 *
 *     <EditDialog opened={opened} onClose={close} what="group" fields={[NAME, DESCRIPTION]}
 *       address={path`/subscriptions/${subscription}/groups/${id}`} subscription={subscription} kind="groups" />
 */
import { Group, Loader, Modal, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ChangedKind } from '#protocol/rest/watching.ts';
import { api } from '../api/client.ts';
import { invalidateKinds } from '../api/invalidations.ts';
import { type EditField, EditForm } from './edit-form.tsx';
import { notifyDone } from './notify.tsx';
import { RefusalAlert } from './refusal-alert.tsx';
import { seenIn, type Thing } from './save-edit.ts';

export interface EditDialogProps {
  readonly opened: boolean;
  /** "group", "computer". */
  readonly what: string;
  readonly fields: readonly EditField[];
  /** Where the thing is read and patched. */
  readonly address: string;
  /** Null for what belongs to the server. */
  readonly subscription: string | null;
  readonly kind: ChangedKind;
  onClose(): void;
}

export function EditDialog(props: EditDialogProps) {
  const { opened, what, onClose } = props;
  const [dirty, setDirty] = useState(false);
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={`Edit the ${what}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
      // What was typed is not lost by a slip of the hand.
      closeOnClickOutside={!dirty}
      closeOnEscape={!dirty}
    >
      <FormOfThing {...props} onDirty={setDirty} />
    </Modal>
  );
}

function FormOfThing(props: EditDialogProps & { onDirty(dirty: boolean): void }) {
  const { what, fields, address, subscription, kind, onClose, onDirty } = props;
  const queryClient = useQueryClient();
  const { data, error, refetch } = useQuery({
    // Of no area, so that no event of the server makes it ask again.
    queryKey: ['edit', address],
    queryFn: ({ signal }) => api.read<Thing>(address, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  if (data !== undefined) {
    return (
      <EditForm
        what={what}
        fields={fields}
        address={address}
        opening={seenIn(
          data,
          fields.map(({ key }) => key),
        )}
        onDirty={onDirty}
        onCancel={onClose}
        onSaved={() => {
          void invalidateKinds(queryClient, subscription, kind);
          notifyDone(`The ${what} was saved.`);
          onClose();
        }}
      />
    );
  }
  if (error !== null) return <RefusalAlert error={error} onRetry={() => void refetch()} />;
  return (
    <Group gap="sm" role="status">
      <Loader size="xs" aria-hidden />
      <Text>Fetching what is there now…</Text>
    </Group>
  );
}
