/** Moves the end of an install link, and of its token with it. */
import { Modal, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { InstallLink } from '../../api/shapes.ts';
import { dayOf, type Expiry, expiryProblem, expiryTime } from '../../components/expiry.ts';
import { ExpiryField } from '../../components/expiry-field.tsx';
import { FormButtons } from '../../components/form-buttons.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';

export interface ChangeExpiryDialogProps {
  readonly link: InstallLink;
  readonly opened: boolean;
  readonly busy: boolean;
  readonly error: unknown;
  onChange(expiresAt: string | null): void;
  onClose(): void;
}

export function ChangeExpiryDialog({ link, opened, busy, error, onChange, onClose }: ChangeExpiryDialogProps) {
  const [expiry, setExpiry] = useState<Expiry>(() => expiryShown(link.expiresAt));
  const [problem, setProblem] = useState<string>();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wrong = expiryProblem(expiry, Date.now());
    setProblem(wrong);
    if (wrong === undefined) onChange(expiryTime(expiry, Date.now()));
  };
  return (
    <Modal opened={opened} onClose={onClose} title="Change expiry" closeButtonProps={{ 'aria-label': 'Close' }}>
      <form onSubmit={submit}>
        <Stack>
          <ExpiryField
            label="Works for"
            description="From now on, whatever was chosen before."
            value={expiry}
            error={problem}
            onChange={setExpiry}
          />
          <RefusalAlert error={error} />
          <FormButtons busy={busy} onCancel={onClose}>
            Save
          </FormButtons>
        </Stack>
      </form>
    </Modal>
  );
}

function expiryShown(expiresAt: string | null): Expiry {
  if (expiresAt === null) return { choice: 'never', date: '' };
  return { choice: 'date', date: dayOf(Date.parse(expiresAt)) };
}
