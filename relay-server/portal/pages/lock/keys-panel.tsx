/** Who may sign, and what is done when a key changes hands or is lost. */
import { Button, Code, Group, Modal, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { fingerprintOf } from '#protocol/lock/fingerprint.ts';
import { api, path } from '../../api/client.ts';
import { invalidateKinds } from '../../api/invalidations.ts';
import { useRights } from '../../api/rights.ts';
import type { LockView } from '../../api/shapes.ts';
import { notifyDone } from '../../components/notify.tsx';
import { Panel } from '../../components/panel.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { KeyField } from './key-field.tsx';
import classes from './lock.module.css';
import { keyFileName, saveFile } from './save-file.ts';
import { sendSigned, useSigning } from './use-lock.ts';

type Way = 'exchange' | 'off' | 'release';
const TITLES: Readonly<Record<Way, string>> = {
  exchange: 'Exchange your key',
  off: 'Switch the lock off',
  release: 'All keys are lost',
};

export function KeysPanel({ view }: { readonly view: LockView }) {
  const { change } = useRights();
  const [way, setWay] = useState<{ way: Way; number: number }>();
  const close = () => setWay(undefined);
  return (
    <Panel component="section" aria-labelledby="lock-keys">
      <Title order={2} id="lock-keys" size="h4">
        Keys
      </Title>
      <ul className={classes.list}>
        {view.keys.map(({ key, name }) => (
          <li key={key}>
            <b>{name}</b>
            <Code className={classes.key}>{fingerprintOf(key)}</Code>
          </li>
        ))}
      </ul>
      <Text size="sm" c="dimmed">
        Another administrator gets a key of their own by <Code>causeway-relay lock add-key</Code>.
      </Text>
      {change && (
        <Group mt="md" gap="sm">
          {(Object.keys(TITLES) as Way[]).map((each) => (
            <Button key={each} variant="default" size="xs" onClick={() => setWay({ way: each, number: Date.now() })}>
              {TITLES[each]}
            </Button>
          ))}
        </Group>
      )}
      <Modal
        key={way?.number}
        opened={way !== undefined}
        onClose={close}
        title={way === undefined ? '' : TITLES[way.way]}
        size="lg"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {way?.way === 'exchange' && <Exchange view={view} onClose={close} />}
        {way?.way === 'off' && <SwitchOff view={view} onClose={close} />}
        {way?.way === 'release' && <Release view={view} onClose={close} />}
      </Modal>
    </Panel>
  );
}

interface WayProps {
  readonly view: LockView;
  onClose(): void;
}

function Exchange({ view, onClose }: WayProps) {
  const subscription = view.subscription.name;
  const [key, setKey] = useState('');
  const make = useSigning(subscription, (hand, _: undefined) => hand.exchange(view, key));
  const send = useSigning(subscription, async (_hand, made: { file: string; update: object }) => {
    await sendSigned(subscription, made.update);
    notifyDone('The new key signs from now on.');
    onClose();
  });
  const made = make.data;
  if (made === undefined) {
    return (
      <Form
        error={make.error}
        busy={make.isPending}
        action="Make the new key"
        disabled={key === ''}
        onClose={onClose}
        onDo={() => make.mutate(undefined)}
      >
        <Text>The old key signs the new one in, with all machines; nobody is cut off meanwhile.</Text>
        <KeyField value={key} onChange={setKey} />
      </Form>
    );
  }
  return (
    <Form
      error={send.error}
      busy={send.isPending}
      action="I have saved it: exchange"
      onClose={onClose}
      onDo={() => send.mutate(made)}
    >
      <Text>Save the new key first. The old file is worth nothing afterwards.</Text>
      <Group>
        <Button variant="default" onClick={() => saveFile(keyFileName(subscription, 'new'), made.file)}>
          Save the key’s file
        </Button>
      </Group>
    </Form>
  );
}

function SwitchOff({ view, onClose }: WayProps) {
  const subscription = view.subscription.name;
  const [key, setKey] = useState('');
  const off = useSigning(subscription, async (hand, _: undefined) => {
    await sendSigned(subscription, await hand.switchOff(view, key));
    notifyDone('The lock is off.');
    onClose();
  });
  return (
    <Form
      error={off.error}
      busy={off.isPending}
      action="Switch off"
      destructive
      disabled={key === ''}
      onClose={onClose}
      onDo={() => off.mutate(undefined)}
    >
      <Text>From then on agents believe this server again, whoever has it.</Text>
      <KeyField value={key} onChange={setKey} />
    </Form>
  );
}

function Release({ view, onClose }: WayProps) {
  const queryClient = useQueryClient();
  const [secret, setSecret] = useState('');
  const subscription = view.subscription.name;
  const release = useMutation({
    mutationFn: () => api.post(path`/subscriptions/${subscription}/lock/release`, { secret: secret.trim() }),
    onSuccess: () => {
      notifyDone('The lock is released.');
      onClose();
      return invalidateKinds(queryClient, subscription, 'lock');
    },
  });
  return (
    <Form
      error={release.error}
      busy={release.isPending}
      action="Release the lock"
      destructive
      disabled={secret.trim() === ''}
      onClose={onClose}
      onDo={() => release.mutate()}
    >
      <Text>
        If somebody else has a key, let them sign instead. Otherwise a recovery secret releases the lock on every
        machine; then lock anew, with a new key. Without either, each machine has to leave (
        <Code>causeway down --forget</Code>) and be activated again.
      </Text>
      <TextInput
        label="Recovery secret"
        placeholder="cwr1_…"
        value={secret}
        onChange={({ currentTarget }) => setSecret(currentTarget.value)}
        autoComplete="off"
        data-autofocus
      />
    </Form>
  );
}

interface FormProps {
  readonly children: ReactNode;
  readonly error: unknown;
  readonly busy: boolean;
  readonly action: string;
  readonly destructive?: boolean;
  readonly disabled?: boolean;
  onDo(): void;
  onClose(): void;
}

function Form({ children, error, busy, action, destructive = false, disabled = false, onDo, onClose }: FormProps) {
  return (
    <Stack>
      {children}
      <RefusalAlert error={error} />
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button color={destructive ? 'red.8' : 'tide'} disabled={disabled} loading={busy} onClick={onDo}>
          {action}
        </Button>
      </Group>
    </Stack>
  );
}
