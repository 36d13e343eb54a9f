/** What waits for a signature, and the dialog in which it is signed. */
import { Button, Code, Group, Modal, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { PenLine } from 'lucide-react';
import { useState } from 'react';
import { fingerprintOf } from '#protocol/lock/fingerprint.ts';
import { areaKey } from '../../api/queries.ts';
import { useRights } from '../../api/rights.ts';
import type { LockView } from '../../api/shapes.ts';
import { notifyDone } from '../../components/notify.tsx';
import { Panel } from '../../components/panel.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { KeyField } from './key-field.tsx';
import classes from './lock.module.css';
import type { Shown } from './signing-hand.ts';
import { asRefusal, sendSigned, useSigning } from './use-lock.ts';

export function WaitingPanel({ view }: { readonly view: LockView }) {
  const { change } = useRights();
  const [opened, setOpened] = useState(0);
  const { data: shown, error } = useQuery({
    queryKey: areaKey('lock', view.subscription.name, 'shown', view),
    queryFn: async () => {
      try {
        return await (await import('./signing-hand.ts')).show(view);
      } catch (error) {
        throw asRefusal(error);
      }
    },
  });
  return (
    <Panel component="section" aria-labelledby="lock-waiting">
      <Group justify="space-between" align="flex-start">
        <Title order={2} id="lock-waiting" size="h4">
          {shown?.nothing === false ? 'Waits for a signature' : 'Nothing waits for a signature'}
        </Title>
        {change && shown?.nothing === false && (
          <Button leftSection={<PenLine size={16} aria-hidden />} onClick={() => setOpened(Date.now())}>
            Sign
          </Button>
        )}
      </Group>
      <RefusalAlert error={error} />
      {shown !== undefined && <ShownList shown={shown} />}
      <Modal
        key={opened}
        opened={opened > 0}
        onClose={() => setOpened(0)}
        title="Sign"
        size="lg"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {shown !== undefined && <Signing view={view} shown={shown} onClose={() => setOpened(0)} />}
      </Modal>
    </Panel>
  );
}

function ShownList({ shown }: { readonly shown: Shown }) {
  const { machines, allow, deny, withdraw } = shown;
  return (
    <ul className={classes.list}>
      {machines.map(({ id, name, key, side }) => (
        <li key={id}>
          <span>
            <b>{name}</b>, {side}
          </span>
          <Code className={classes.key}>{fingerprintOf(key)}</Code>
        </li>
      ))}
      {allow.map((pair) => (
        <li key={`allow ${pair}`}>Allowed: {pair}</li>
      ))}
      {deny.map((pair) => (
        <li key={`deny ${pair}`}>No longer allowed: {pair}</li>
      ))}
      {withdraw.map((what) => (
        <li key={`withdraw ${what}`}>Withdrawn: {what}</li>
      ))}
    </ul>
  );
}

interface SigningProps {
  readonly view: LockView;
  readonly shown: Shown;
  onClose(): void;
}

function Signing({ view, shown, onClose }: SigningProps) {
  const subscription = view.subscription.name;
  const [key, setKey] = useState('');
  const [unsure, setUnsure] = useState(false);
  const sign = useSigning(subscription, async (hand, sure: boolean) => {
    if (!sure && !(await hand.hasSigned(view, key))) {
      setUnsure(true);
      return;
    }
    await sendSigned(subscription, await hand.sign(view, key));
    notifyDone('Signed.');
    onClose();
  });
  return (
    <Stack>
      {shown.machines.length > 0 && (
        <Text>
          Compare each key with what <Code>causeway status</Code> shows on the machine: names are this server’s word.
        </Text>
      )}
      <ShownList shown={shown} />
      <KeyField value={key} onChange={setKey} />
      {unsure && (
        <Text fw={600}>
          Your key has not signed this lock before. Make sure that each of its keys is who it says:{' '}
          {shown.keys.map(({ key, name }) => `${name} (${fingerprintOf(key)})`).join(', ')}.
        </Text>
      )}
      <RefusalAlert error={sign.error} />
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button disabled={key === ''} loading={sign.isPending} onClick={() => sign.mutate(unsure)}>
          {unsure ? 'I know them: sign' : 'Sign'}
        </Button>
      </Group>
    </Stack>
  );
}
