/** Asks before something that can not be taken back, or that others will feel. Says what will happen. */
import { Button, Group, Modal, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { RefusalAlert } from './refusal-alert.tsx';

export interface ConfirmDialogProps {
  readonly opened: boolean;
  /** A question: "Remove SQL01?" */
  readonly title: string;
  /** What will happen, to whom. */
  readonly children: ReactNode;
  /** The verb, as on the button that led here: "Remove". */
  readonly confirmLabel: string;
  /** Whether something is lost by it. */
  readonly destructive?: boolean;
  readonly busy?: boolean;
  /** Why it was refused; the dialog stays open. */
  readonly error?: unknown;
  onConfirm(): void;
  onClose(): void;
}

export function ConfirmDialog(props: ConfirmDialogProps) {
  const { opened, title, children, confirmLabel, destructive = false, busy = false, error, onConfirm, onClose } = props;
  return (
    <Modal opened={opened} onClose={onClose} title={title} closeButtonProps={{ 'aria-label': 'Close' }}>
      <Stack>
        <div>{children}</div>
        <RefusalAlert error={error} />
        <Group justify="flex-end">
          {/* The harmless answer has the focus, so that Enter alone destroys nothing. */}
          <Button variant="default" onClick={onClose} data-autofocus>
            Cancel
          </Button>
          <Button color={destructive ? 'red.8' : 'tide'} loading={busy} onClick={onConfirm}>
            {confirmLabel}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
