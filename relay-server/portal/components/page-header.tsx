/** The heading of a page, the title of its tab, and what can be done on it. Every page has exactly one. */
import { Box, Group, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

export interface PageHeaderProps {
  readonly title: string;
  /** One sentence: what this page is for. */
  readonly lead?: ReactNode;
  /** Way back, above the title. */
  readonly above?: ReactNode;
  /** Buttons; the most wanted one last. */
  readonly actions?: ReactNode;
}

export function PageHeader({ title, lead, above, actions }: PageHeaderProps) {
  return (
    <Box component="header" mb="lg">
      <title>{`${title} · Causeway`}</title>
      {above}
      <Group justify="space-between" align="flex-start" gap="md">
        <Box maw="44rem">
          <Title order={1} tabIndex={-1}>
            {title}
          </Title>
          {lead !== undefined && (
            <Text c="dimmed" mt={4}>
              {lead}
            </Text>
          )}
        </Box>
        {actions !== undefined && <Group gap="sm">{actions}</Group>}
      </Group>
    </Box>
  );
}
