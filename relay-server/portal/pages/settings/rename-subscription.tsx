/**
 * Renames a subscription, and says beforehand what gets another name with it. If somebody else renamed it since
 * the dialog was opened, both names are shown, and what was typed stays.
 */
import { List, Modal, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { path } from '../../api/client.ts';
import { invalidateKinds } from '../../api/invalidations.ts';
import { subscriptionsQuery } from '../../api/queries.ts';
import { Refusal } from '../../api/refusal.ts';
import type { Subscription } from '../../api/shapes.ts';
import { EditButtons } from '../../components/edit-buttons.tsx';
import { EditConflict } from '../../components/edit-conflict.tsx';
import { differencesOf } from '../../components/merge-edits.ts';
import { notifyDone } from '../../components/notify.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { type Seen, saveEdit } from '../../components/save-edit.ts';
import { subscriptionNameProblem } from '../welcome/subscription-name.ts';
import { SubscriptionNameField } from '../welcome/subscription-name-field.tsx';

export interface RenameSubscriptionProps {
  readonly subscription: Subscription;
  readonly opened: boolean;
  onClose(): void;
}

export function RenameSubscription({ subscription, opened, onClose }: RenameSubscriptionProps) {
  const queryClient = useQueryClient();
  /** As it was when the dialog was opened: what the person decided on. */
  const [begun] = useState(subscription);
  const [name, setName] = useState<string>(subscription.name);
  const [judged, setJudged] = useState(false);
  /** What is there now, if it is no longer what the person began with. */
  const [now, setNow] = useState<Seen>();
  const base = { name: begun.name };

  const rename = useMutation({
    mutationFn: () =>
      saveEdit({
        address: path`/subscriptions/${begun.id}`,
        base,
        mine: { name },
        seen: now ?? { values: base, etag: `"${begun.version}"` },
      }),
    onSuccess: (outcome) => {
      if (outcome.is === 'conflict') {
        setNow(outcome.now);
        return;
      }
      onClose();
      if (outcome.is === 'unchanged') return;
      notifyDone(`The subscription ${begun.name} is now called ${name}.`);
      // The address of the page follows what is known of the names, see subscription-place.tsx.
      queryClient.setQueryData(subscriptionsQuery.queryKey, (known) =>
        known?.map((one) => (one.id === begun.id ? { ...one, name: name as Subscription['name'] } : one)),
      );
      void invalidateKinds(queryClient, null, 'subscriptions');
    },
  });
  const taken = rename.error instanceof Refusal && rename.error.code === 'EXISTS_ALREADY';
  const good = subscriptionNameProblem(name) === undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setJudged(true);
    // Enter in the field is no answer to the question of whose name shall stay.
    if (good && now === undefined) rename.mutate();
  };
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={`Rename the subscription ${begun.name}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form onSubmit={submit} noValidate>
        <Stack>
          {now !== undefined && (
            <EditConflict
              what="subscription"
              differences={differencesOf(base, { name }, now.values)}
              labelOf={() => 'Name'}
              saving={rename.isPending}
              onSaveMine={() => good && rename.mutate()}
              onUseTheirs={onClose}
            />
          )}
          <SubscriptionNameField
            value={name}
            onChange={setName}
            judged={judged}
            autoFocus
            error={taken ? 'There is a subscription of this name already.' : undefined}
          />
          <div>
            <Text size="sm" fw={600}>
              What follows, at once
            </Text>
            <List size="sm" mt={4} spacing={4}>
              <List.Item>
                Every machine in it gets a name that ends with the new one; names that end with {begun.name} are not
                found any more. Write the new ones into programs that use the whole name.
              </List.Item>
              <List.Item>Bare names such as sql01, addresses, connections and running transfers stay.</List.Item>
              <List.Item>Activation tokens and install links work as before.</List.Item>
              <List.Item>
                Programs that name the subscription, such as causeway-relay policy, need the new name, or its id.
              </List.Item>
            </List>
          </div>
          <RefusalAlert error={taken ? null : rename.error} />
          <EditButtons label="Rename" saving={rename.isPending} inConflict={now !== undefined} onCancel={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
