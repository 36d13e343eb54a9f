/** The way out of a form in a dialog, and the button that sends it. */
import { Button, type ButtonProps, Group } from '@mantine/core';
import type { ReactNode } from 'react';

export interface FormButtonsProps extends Pick<ButtonProps, 'color' | 'disabled'> {
  /** What the form does: "Save", "Create key". */
  readonly children: ReactNode;
  readonly busy?: boolean;
  onCancel(): void;
}

export function FormButtons({ children, busy, onCancel, ...look }: FormButtonsProps) {
  return (
    <Group justify="flex-end">
      <Button variant="default" onClick={onCancel}>
        Cancel
      </Button>
      <Button type="submit" {...(busy === undefined ? {} : { loading: busy })} {...look}>
        {children}
      </Button>
    </Group>
  );
}
