/**
 * Makes an install link or an activation token, and then shows its text, the only time that there is.
 * While it is shown, neither a click beside the dialog nor Escape takes it away.
 */
import { Button, Group, Modal, NumberInput, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api, path } from '../../api/client.ts';
import { invalidateKinds } from '../../api/invalidations.ts';
import type { CreatedInstallLink, CreatedToken } from '../../api/shapes.ts';
import { type Expiry, expiryProblem, expiryTime } from '../../components/expiry.ts';
import { ExpiryField } from '../../components/expiry-field.tsx';
import { FormButtons } from '../../components/form-buttons.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { joinsOf } from './joins.ts';
import { JoinsSelect } from './joins-select.tsx';
import { MadeLink } from './made-link.tsx';
import { MadeToken } from './made-token.tsx';

export type Made = 'link' | 'token';

export interface MakeDialogProps {
  readonly subscription: string;
  readonly what: Made;
  readonly opened: boolean;
  onClose(): void;
}

const WORDS = {
  link: { title: 'New install link', make: 'Create link', kind: 'install-links', path: 'install-links' },
  token: { title: 'New activation token', make: 'Create token', kind: 'tokens', path: 'tokens' },
} as const;

export function MakeDialog({ subscription, what, opened, onClose }: MakeDialogProps) {
  const queryClient = useQueryClient();
  const make = useMutation({
    mutationFn: (wish: object) =>
      api.post<CreatedInstallLink | CreatedToken>(`${path`/subscriptions/${subscription}`}/${WORDS[what].path}`, wish),
    onSuccess: () => void invalidateKinds(queryClient, subscription, WORDS[what].kind),
  });
  const made = make.data;
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      // Not before: the dialog keeps its words while it fades. But a secret is not kept longer than that.
      onExitTransitionEnd={make.reset}
      title={made === undefined ? WORDS[what].title : `${what === 'link' ? 'Install link' : 'Token'} created`}
      size={made === undefined ? 'md' : 'lg'}
      closeOnClickOutside={made === undefined}
      closeOnEscape={made === undefined}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {made === undefined ? (
        <Wish
          subscription={subscription}
          make={WORDS[what].make}
          busy={make.isPending}
          error={make.error}
          onWish={make.mutate}
          onClose={onClose}
        />
      ) : (
        <Stack>
          {'url' in made ? <MadeLink made={made} /> : <MadeToken made={made} />}
          <Group justify="flex-end">
            <Button onClick={onClose} data-autofocus>
              I have copied it
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}

interface WishProps {
  readonly subscription: string;
  readonly make: string;
  readonly busy: boolean;
  readonly error: unknown;
  onWish(wish: object): void;
  onClose(): void;
}

function Wish({ subscription, make, busy, error, onWish, onClose }: WishProps) {
  const [description, setDescription] = useState('');
  const [joins, setJoins] = useState<string | null>(null);
  const [expiry, setExpiry] = useState<Expiry>({ choice: '7-days', date: '' });
  const [uses, setUses] = useState<string | number>('');
  const [problem, setProblem] = useState<string>();

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wrong = expiryProblem(expiry, Date.now());
    setProblem(wrong);
    if (wrong !== undefined) return;
    onWish({
      description: description.trim(),
      ...joinsOf(joins),
      expiresAt: expiryTime(expiry, Date.now()),
      uses: uses === '' ? null : Number(uses),
    });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label="What for"
          description="For you and others who look after this, to tell it from the rest."
          placeholder="Laptops of the Zurich office"
          maxLength={200}
          value={description}
          onChange={({ currentTarget }) => setDescription(currentTarget.value)}
          data-autofocus
        />
        <JoinsSelect subscription={subscription} value={joins} onChange={setJoins} />
        <ExpiryField label="Works for" value={expiry} error={problem} onChange={setExpiry} />
        <NumberInput
          label="Number of computers"
          description="After so many it works no more. Empty: as many as come."
          placeholder="No limit"
          min={1}
          max={1_000_000}
          allowDecimal={false}
          value={uses}
          onChange={setUses}
        />
        <RefusalAlert error={error} />
        <FormButtons busy={busy} onCancel={onClose}>
          {make}
        </FormButtons>
      </Stack>
    </form>
  );
}
