/** Something to be copied as it is: a command, a link, a secret. Long ones wrap, so that all of it is seen. */
import { Group, Text } from '@mantine/core';
import { useId } from '@mantine/hooks';
import type { ReactNode } from 'react';
import classes from './copy-block.module.css';
import { CopyButton } from './copy-button.tsx';

export interface CopyBlockProps {
  /** Above it: "On a Linux computer". */
  readonly label: string;
  readonly text: string;
  /** What is copied, in words: "Linux command". */
  readonly what: string;
  /** What stands in place of the text, if it is not to be seen. */
  readonly shown?: string;
  /** Whether this is what one came for: the button to copy it is a large one. */
  readonly wanted?: boolean;
  /** Beside the copy button. */
  readonly actions?: ReactNode;
}

export function CopyBlock({ label, text, what, shown = text, wanted = false, actions }: CopyBlockProps) {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <Group justify="space-between" gap="xs" mb={4} wrap={wanted ? 'wrap' : 'nowrap'}>
        <Text id={id} size="sm" fw={600}>
          {label}
        </Text>
        <Group gap={2} wrap="nowrap">
          {actions}
          <CopyButton text={text} what={what} {...(wanted && { label: `Copy ${what}` })} />
        </Group>
      </Group>
      <pre className={classes.text}>
        <code>{shown}</code>
      </pre>
    </section>
  );
}
