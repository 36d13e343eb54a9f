/** Pages outside of the shell: one thing to do, in the middle, with the name above it. */
import { Box, Container } from '@mantine/core';
import type { ReactNode } from 'react';
import { ColorSchemeSwitch } from './color-scheme-switch.tsx';
import classes from './plain-page.module.css';
import { Wordmark } from './wordmark.tsx';

export interface PlainPageProps {
  /** Of Mantine's containers, or pixels. */
  readonly width?: number | string;
  readonly children: ReactNode;
}

export function PlainPage({ width = 'xs', children }: PlainPageProps) {
  return (
    <Box className={classes.page}>
      <header className={classes.header}>
        <Wordmark />
        <ColorSchemeSwitch />
      </header>
      <Container component="main" size={width} w="100%" py="xl">
        {children}
      </Container>
    </Box>
  );
}
