/** One part of the account: what it is, how it stands, what can be done about it. */
import { Group, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Panel } from '../../components/panel.tsx';

export interface AccountSectionProps {
  readonly title: string;
  readonly lead: ReactNode;
  /** The button at its side. */
  readonly action?: ReactNode;
  readonly children?: ReactNode;
}

export function AccountSection({ title, lead, action, children }: AccountSectionProps) {
  return (
    <Panel>
      <Group justify="space-between" align="flex-start" gap="md">
        <div style={{ flex: '1 1 18rem' }}>
          <Title order={2}>{title}</Title>
          <Text c="dimmed" mt={2} component="div">
            {lead}
          </Text>
        </div>
        {action}
      </Group>
      {children}
    </Panel>
  );
}
