/** Tokens that are signed before: for installers and role instances, which nobody stands beside. */
import { Button, Group, Modal, NumberInput, Select, Stack, Text, Title } from '@mantine/core';
import { Ticket } from 'lucide-react';
import { useState } from 'react';
import { api, path } from '../../api/client.ts';
import { useRights } from '../../api/rights.ts';
import type { CreatedToken, LockView } from '../../api/shapes.ts';
import { Panel } from '../../components/panel.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { MadeToken } from '../install/made-token.tsx';
import { KeyField } from './key-field.tsx';
import { sendSigned, useSigning } from './use-lock.ts';

const DAY_MS = 86_400_000;
const DAYS = 30;
const DAYS_MOST = 3_650;

export function TokenPanel({ view }: { readonly view: LockView }) {
  const { change } = useRights();
  const [opened, setOpened] = useState(0);
  return (
    <Panel component="section" aria-labelledby="lock-tokens">
      <Group justify="space-between" align="flex-start">
        <Title order={2} id="lock-tokens" size="h4">
          Tokens that are signed before
        </Title>
        {change && (
          <Button
            variant="default"
            leftSection={<Ticket size={16} aria-hidden />}
            onClick={() => setOpened(Date.now())}
          >
            New signed token
          </Button>
        )}
      </Group>
      <Text c="dimmed" mt="xs">
        Machines that come by such a token sign themselves, so that installers and role instances need no hand. It
        stands for them until it ends; sign them before that. Revoke it under Install, and sign the revocation here.
      </Text>
      <Modal
        key={opened}
        opened={opened > 0}
        onClose={() => setOpened(0)}
        title="New signed token"
        size="lg"
        closeOnClickOutside={false}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <NewToken view={view} onClose={() => setOpened(0)} />
      </Modal>
    </Panel>
  );
}

function NewToken({ view, onClose }: { readonly view: LockView; onClose(): void }) {
  const subscription = view.subscription.name;
  const [side, setSide] = useState<string | null>(null);
  const [days, setDays] = useState<string | number>(DAYS);
  const [key, setKey] = useState('');
  const make = useSigning(subscription, async (hand, _: undefined): Promise<CreatedToken> => {
    const found = view.sides.find(({ id }) => id === side);
    const expiresAt = Date.now() + Number(days) * DAY_MS;
    // Looked at before the server makes a token that nobody signs.
    await hand.hasSigned(view, key);
    const wish = {
      [found?.kind ?? 'group']: side,
      expiresAt: new Date(expiresAt).toISOString(),
      description: `signed before, for ${found?.name ?? ''}`,
    };
    const made = await api.post<CreatedToken>(path`/subscriptions/${subscription}/tokens`, wish);
    const signed = await hand.preSign(view, key, { token: made.token, side: side ?? '', expiresAt });
    await sendSigned(subscription, { delegations: [{ token: made.id, text: signed.delegation }] });
    return { ...made, token: signed.token };
  });
  if (make.data !== undefined) {
    return (
      <Stack>
        <MadeToken made={make.data} />
        <Group justify="flex-end">
          <Button onClick={onClose} data-autofocus>
            I have copied it
          </Button>
        </Group>
      </Stack>
    );
  }
  const sides = (kind: 'group' | 'role') =>
    view.sides.filter((each) => each.kind === kind).map(({ id, name }) => ({ value: id, label: name }));
  return (
    <Stack>
      <Select
        label="Joins"
        description="It stands for machines of this group or role, and for no others."
        data={[
          { group: 'Groups', items: sides('group') },
          { group: 'Roles', items: sides('role') },
        ]}
        value={side}
        onChange={setSide}
        searchable
        nothingFoundMessage="No group or role of this name."
        data-autofocus
      />
      <NumberInput
        label="Works for days"
        min={1}
        max={DAYS_MOST}
        allowDecimal={false}
        value={days}
        onChange={setDays}
      />
      <KeyField value={key} onChange={setKey} />
      <RefusalAlert error={make.error} />
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button
          disabled={key === '' || side === null || !(Number(days) >= 1)}
          loading={make.isPending}
          onClick={() => make.mutate(undefined)}
        >
          Make and sign
        </Button>
      </Group>
    </Stack>
  );
}
