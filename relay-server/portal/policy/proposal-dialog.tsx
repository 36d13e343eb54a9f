/** Shows what changes would do, and does them when the person agrees. */
import { Button, Group, Loader, Modal, Stack, Text } from '@mantine/core';
import { useMounted } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useId } from 'react';
import { api, isConflict, path } from '../api/client.ts';
import type { Effect } from '../api/shapes.ts';
import { RefusalAlert } from '../components/refusal-alert.tsx';
import { applyChanges } from './apply-changes.tsx';
import { EffectSummary } from './effect-summary.tsx';
import type { Proposal } from './proposal.tsx';

export interface ProposalDialogProps {
  readonly proposal: Proposal;
  readonly opened: boolean;
  onClose(): void;
}

export function ProposalDialog({ proposal, opened, onClose }: ProposalDialogProps) {
  const { subscription, title, confirmLabel, changes, done, destructive = false, onApplied } = proposal;
  const queryClient = useQueryClient();
  // A Modal gives the focus back to what had it when it opened, unless it was open from its first rendering on.
  const mounted = useMounted();
  const preview = useQuery({
    // Of this dialog alone: the same proposal made again is asked again, as the policy may be another one by then.
    queryKey: ['preview', subscription, changes, useId()],
    queryFn: ({ signal }) =>
      api.post<Effect>(path`/subscriptions/${subscription}/changes/preview`, { changes }, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const apply = useMutation({
    mutationFn: () =>
      applyChanges({ queryClient, subscription, changes, expectPolicyVersion: preview.data?.policyVersion, done }),
    onSuccess: (applied) => {
      onClose();
      onApplied?.(applied);
    },
  });
  const ready = preview.data !== undefined;
  const lookAgain = () => {
    apply.reset();
    void preview.refetch();
  };
  return (
    <Modal
      opened={opened && mounted}
      onClose={onClose}
      title={title}
      closeButtonProps={{ 'aria-label': 'Close' }}
      size="lg"
    >
      <Stack>
        <div role="status">
          {preview.data === undefined && preview.error === null && (
            <Group gap="sm">
              <Loader size="xs" aria-hidden />
              <Text>Working out what this does…</Text>
            </Group>
          )}
          {preview.data !== undefined && <EffectSummary effect={preview.data} />}
        </div>
        <RefusalAlert error={preview.error} onRetry={() => void preview.refetch()} />
        <RefusalAlert error={apply.error} onRetry={isConflict(apply.error) ? lookAgain : undefined} />
        <Group justify="flex-end">
          {/* The harmless answer has the focus where something is lost, so that Enter alone destroys nothing. */}
          <Button variant="default" onClick={onClose} data-autofocus={destructive || undefined}>
            Cancel
          </Button>
          <Button
            color={destructive ? 'red.8' : 'tide'}
            // Not `disabled`, which could not have the focus, and Enter would then close the dialog.
            aria-disabled={!ready}
            data-disabled={!ready}
            loading={apply.isPending}
            onClick={() => ready && apply.mutate()}
            data-autofocus={!destructive || undefined}
          >
            {confirmLabel}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
