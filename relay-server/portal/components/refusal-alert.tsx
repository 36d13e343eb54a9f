/** A refusal in words: what is wrong, what to do, and the code that the documentation explains. */
import { Alert, Button, Code, Group, Stack, Text } from '@mantine/core';
import { CircleAlert } from 'lucide-react';
import { Refusal } from '../api/refusal.ts';

export interface RefusalAlertProps {
  /** Whatever was thrown; null and undefined show nothing. */
  readonly error: unknown;
  readonly onRetry?: (() => void) | undefined;
}

export function RefusalAlert({ error, onRetry }: RefusalAlertProps) {
  if (error === null || error === undefined) return null;
  const { message, remedy, code } = inWords(error);
  return (
    <Alert color="red" icon={<CircleAlert size={18} aria-hidden />} title={message} radius="md">
      <Stack gap="xs">
        <Text c="var(--mantine-color-text)">{remedy}</Text>
        <Group justify="space-between">
          <Code c="var(--mantine-color-text)">{code}</Code>
          {onRetry !== undefined && (
            <Button size="xs" variant="default" onClick={onRetry}>
              Try again
            </Button>
          )}
        </Group>
      </Stack>
    </Alert>
  );
}

/** What to tell of anything that was thrown. A thing that is no refusal is a bug of ours. */
export function inWords(error: unknown): { message: string; remedy: string; code: string } {
  if (error instanceof Refusal) return error;
  return {
    message: 'This page failed, and it is not your fault.',
    remedy: `Reload it. If it fails again, report this: ${error instanceof Error ? error.message : String(error)}`,
    code: 'PORTAL_BUG',
  };
}
