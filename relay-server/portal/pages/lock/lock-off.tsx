/** A subscription that is not locked: what a lock is for, and how it is set up, in two steps that can not be lost. */
import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Download, Lock } from 'lucide-react';
import { useState } from 'react';
import { accountQuery } from '../../api/queries.ts';
import { useRights } from '../../api/rights.ts';
import type { LockView } from '../../api/shapes.ts';
import { CopyBlock } from '../../components/copy-block.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { keyFileName, saveFile } from './save-file.ts';
import type { SetUp } from './signing-hand.ts';
import { sendSigned, useSigning } from './use-lock.ts';

export function LockOff({ view, onLocked }: { readonly view: LockView; onLocked(): void }) {
  const { change } = useRights();
  const [opened, setOpened] = useState(0);
  return (
    <>
      <EmptyState
        icon={Lock}
        title="Not locked"
        action={change && <Button onClick={() => setOpened(Date.now())}>Lock this subscription</Button>}
      >
        Without a lock, whoever takes this server over can let machines of their own into the network. With one, they
        can not: a key that only you have signs machines and the policy, and agents accept nothing else. New computers
        then wait for your signature, unless they come by a token that you signed before.
      </EmptyState>
      <Modal
        key={opened}
        opened={opened > 0}
        onClose={() => setOpened(0)}
        title="Lock this subscription"
        size="lg"
        closeOnClickOutside={false}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <SettingUp view={view} onLocked={onLocked} onClose={() => setOpened(0)} />
      </Modal>
    </>
  );
}

interface SettingUpProps {
  readonly view: LockView;
  onLocked(): void;
  onClose(): void;
}

function SettingUp({ view, onLocked, onClose }: SettingUpProps) {
  const { data: account } = useQuery(accountQuery);
  const [name, setName] = useState<string>();
  const [saved, setSaved] = useState(false);
  const called = (name ?? account?.displayName ?? '').trim();
  const subscription = view.subscription.name;
  const make = useSigning(subscription, (hand, whose: string) => hand.setUp(view, whose));
  const lock = useSigning(subscription, async (_hand, made: SetUp) => {
    await sendSigned(subscription, made.update);
    onLocked();
    onClose();
  });
  const made = make.data;
  if (made === undefined) {
    return (
      <Stack>
        <Text>
          A key is made in this browser and saved as a file; the server never has it. It signs the{' '}
          {view.machines.length === 1 ? 'machine that is' : `${view.machines.length} machines that are`} here and the
          policy as it is now.
        </Text>
        <TextInput
          label="Whose key it is"
          description="So that others know whom to ask."
          maxLength={60}
          value={name ?? account?.displayName ?? ''}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
          data-autofocus
        />
        <RefusalAlert error={make.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button disabled={called === ''} loading={make.isPending} onClick={() => make.mutate(called)}>
            Make the key
          </Button>
        </Group>
      </Stack>
    );
  }
  return (
    <Stack>
      <Text>
        <b>Save the key first.</b> Keep its file offline, on a stick in a drawer, and a copy of it elsewhere. Whoever
        has it can let machines in; without it nobody can.
      </Text>
      <Group>
        <Button
          variant="default"
          leftSection={<Download size={16} aria-hidden />}
          onClick={() => {
            saveFile(keyFileName(subscription, called), made.file);
            setSaved(true);
          }}
        >
          Save the key’s file
        </Button>
      </Group>
      <Text>
        <b>Write these two down.</b> Should every key be lost, one of them releases the lock. The server has only their
        hashes, and they are not shown again.
      </Text>
      {made.recovery.map((secret, index) => (
        <CopyBlock
          key={secret}
          label={`Recovery secret ${index + 1}`}
          text={secret}
          what={`recovery secret ${index + 1}`}
        />
      ))}
      <RefusalAlert error={lock.error} />
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button disabled={!saved} loading={lock.isPending} onClick={() => lock.mutate(made)}>
          I have saved all three: lock
        </Button>
      </Group>
    </Stack>
  );
}
