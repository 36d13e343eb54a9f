/** The way to the end of a subscription: a button that only asks, and a copy of the policy to keep. */
import { Anchor, Button, Group, Text, Title } from '@mantine/core';
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { path } from '../../api/client.ts';
import type { Subscription } from '../../api/shapes.ts';
import { Panel } from '../../components/panel.tsx';
import { RemoveSubscription } from './remove-subscription.tsx';
import classes from './settings.module.css';

export function RemovalPanel({ subscription }: { readonly subscription: Subscription }) {
  const [asking, setAsking] = useState({ opened: false, number: 0 });
  return (
    <Panel component="section" aria-labelledby="subscription-removal" className={classes.dangerous}>
      <Group justify="space-between" align="flex-start" gap="md">
        <div className={classes.words}>
          <Title order={2} id="subscription-removal">
            Remove this subscription
          </Title>
          <Text c="dimmed" mt={2}>
            With all its computers, groups, roles, connections, tokens and install links. It can not be undone. To keep
            its policy, download it first: it can be applied to another subscription.
          </Text>
          <Anchor
            href={`/api/v1${path`/subscriptions/${subscription.id}/policy.yaml`}`}
            download={`${subscription.name}-policy.yaml`}
            underline="always"
            mt="xs"
            display="inline-block"
          >
            Download the policy
          </Anchor>
        </div>
        <Button
          variant="default"
          leftSection={<Trash2 size={16} aria-hidden />}
          onClick={() => setAsking(({ number }) => ({ opened: true, number: number + 1 }))}
        >
          Remove…
        </Button>
      </Group>
      <RemoveSubscription
        key={asking.number}
        subscription={subscription}
        opened={asking.opened}
        onClose={() => setAsking(({ number }) => ({ opened: false, number }))}
      />
    </Panel>
  );
}
