/** Applies changes of the policy, says so, and offers to undo them. */
import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { QueryClient } from '@tanstack/react-query';
import { Check } from 'lucide-react';
import { api, path } from '../api/client.ts';
import { invalidateKinds } from '../api/invalidations.ts';
import type { AppliedChanges, PolicyChange } from '../api/shapes.ts';
import { notifyDone, notifyRefusal } from '../components/notify.tsx';

const UNDO_OFFERED_MS = 15_000;
const OFFER = 'undo';

export interface ApplyOptions {
  readonly queryClient: QueryClient;
  readonly subscription: string;
  readonly changes: readonly PolicyChange[];
  /** Of the policy that the person has seen the effect on; another one by now is refused. */
  readonly expectPolicyVersion?: number | undefined;
  readonly done?: string | undefined;
}

/** Rejects with the server's refusal; then nothing has been changed. */
export async function applyChanges(options: ApplyOptions): Promise<AppliedChanges> {
  const { queryClient, subscription, changes, expectPolicyVersion, done } = options;
  const applied = await send(queryClient, subscription, changes, expectPolicyVersion);
  const message = done ?? applied.effect.steps[0] ?? applied.effect.sentence;
  if (applied.undo === null) notifyDone(message);
  else offerUndo(queryClient, subscription, message, applied.undo);
  return applied;
}

async function send(
  queryClient: QueryClient,
  subscription: string,
  changes: readonly PolicyChange[],
  expectPolicyVersion?: number,
): Promise<AppliedChanges> {
  const applied = await api.post<AppliedChanges>(path`/subscriptions/${subscription}/changes`, {
    changes,
    ...(expectPolicyVersion === undefined ? {} : { expectPolicyVersion }),
  });
  void invalidateKinds(queryClient, subscription, 'groups', 'roles', 'connections', 'machines');
  return applied;
}

function offerUndo(
  queryClient: QueryClient,
  subscription: string,
  message: string,
  undo: readonly PolicyChange[],
): void {
  const undoNow = async () => {
    notifications.hide(OFFER);
    try {
      await send(queryClient, subscription, undo);
      notifyDone('Undone.');
    } catch (error) {
      notifyRefusal(error);
    }
  };
  // Only the last change: what is undone out of order would not bring back what was.
  notifications.hide(OFFER);
  notifications.show({
    id: OFFER,
    message: (
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm">{message}</Text>
        <Button size="compact-sm" variant="light" flex="none" onClick={() => void undoNow()}>
          Undo
        </Button>
      </Group>
    ),
    color: 'tide',
    icon: <Check size={16} aria-hidden />,
    autoClose: UNDO_OFFERED_MS,
    withBorder: true,
  });
}
