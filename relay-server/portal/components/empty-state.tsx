/** What stands where nothing is yet: what would be here, and how to get it. */
import { Group, Stack, Text, Title } from '@mantine/core';
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import classes from './empty-state.module.css';
import { Panel } from './panel.tsx';

export interface EmptyStateProps {
  readonly icon: LucideIcon;
  readonly title: string;
  /** What this is good for, for somebody who sees it the first time. */
  readonly children: ReactNode;
  /** The button that makes the first one. */
  readonly action?: ReactNode;
}

export function EmptyState({ icon: Icon, title, children, action }: EmptyStateProps) {
  return (
    <Panel>
      <Stack align="center" gap="xs" py="xl" px="md" ta="center">
        <span className={classes.icon}>
          <Icon size={26} strokeWidth={1.75} aria-hidden />
        </span>
        <Title order={2} mt="xs">
          {title}
        </Title>
        <Text c="dimmed" maw="34rem" component="div">
          {children}
        </Text>
        {action !== undefined && <Group mt="md">{action}</Group>}
      </Stack>
    </Panel>
  );
}
