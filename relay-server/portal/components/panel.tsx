/** A surface on the canvas of the page, for what belongs together. */
import { Paper, type PaperProps } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './panel.module.css';

export interface PanelProps extends PaperProps {
  /** `section` for one with a heading, which `aria-labelledby` names. */
  readonly component?: 'div' | 'section';
  readonly 'aria-labelledby'?: string;
  readonly children: ReactNode;
}

export function Panel({ children, className, ...props }: PanelProps) {
  return (
    <Paper
      radius="lg"
      p="lg"
      className={className === undefined ? classes.panel : `${classes.panel} ${className}`}
      {...props}
    >
      {children}
    </Paper>
  );
}
