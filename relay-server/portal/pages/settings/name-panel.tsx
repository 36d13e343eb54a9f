/** What a subscription is called, and what follows from that for everything in it. */
import { Button, Group, Text, Title } from '@mantine/core';
import { Pencil } from 'lucide-react';
import { useState } from 'react';
import { useRights } from '../../api/rights.ts';
import type { Subscription } from '../../api/shapes.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import { Panel } from '../../components/panel.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { Fact, Facts } from '../computers/facts.tsx';
import { RenameSubscription } from './rename-subscription.tsx';
import classes from './settings.module.css';

/** DNS_ROOT of protocol/names.ts. */
const DNS_ROOT = 'causeway.internal';

export function NamePanel({ subscription }: { readonly subscription: Subscription }) {
  const { own } = useRights();
  const [renaming, setRenaming] = useState({ opened: false, number: 0 });
  const { id, name, createdAt, ipv6Range, policyVersion } = subscription;
  return (
    <Panel component="section" aria-labelledby="subscription-name">
      <Group justify="space-between" align="flex-start" gap="md" mb="md">
        <div className={classes.words}>
          <Title order={2} id="subscription-name">
            {name}
          </Title>
          <Text c="dimmed" mt={2}>
            A computer called sql01 is sql01.{name}.{DNS_ROOT} here.
          </Text>
        </div>
        {own && (
          <Button
            variant="default"
            leftSection={<Pencil size={16} aria-hidden />}
            onClick={() => setRenaming(({ number }) => ({ opened: true, number: number + 1 }))}
          >
            Rename…
          </Button>
        )}
      </Group>
      <Facts>
        <Fact name="IPv6 addresses" wide>
          <Copyable text={ipv6Range} what="IPv6 range" />
        </Fact>
        <Fact name="Made">
          <RelativeTime time={createdAt} />
        </Fact>
        <Fact name="Id, for programs" wide>
          <Copyable text={id} what="id" />
        </Fact>
        <Fact name="Policy version">{policyVersion.toLocaleString('en')}</Fact>
      </Facts>
      <RenameSubscription
        key={renaming.number}
        subscription={subscription}
        opened={renaming.opened}
        onClose={() => setRenaming(({ number }) => ({ opened: false, number }))}
      />
    </Panel>
  );
}

function Copyable({ text, what }: { readonly text: string; readonly what: string }) {
  return (
    <span className={classes.copyable}>
      <span>{text}</span>
      <CopyButton text={text} what={what} />
    </span>
  );
}
