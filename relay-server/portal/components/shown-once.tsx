/** A secret that was just made. It is in the answer that made it and nowhere else, so this says so. */
import { Stack, Text } from '@mantine/core';
import { Eye } from 'lucide-react';
import { CopyBlock } from './copy-block.tsx';
import classes from './shown-once.module.css';

export interface ShownOnceProps {
  /** "Install link" */
  readonly what: string;
  readonly text: string;
  /** What to do for another: "make another link". */
  readonly otherwise: string;
}

export function ShownOnce({ what, text, otherwise }: ShownOnceProps) {
  return (
    <Stack gap="sm">
      <div className={classes.notice}>
        <Eye size={18} aria-hidden />
        <div>
          <Text fw={600}>Copy it now: it is not shown again.</Text>
          <Text size="sm">The server keeps no copy of it. If it gets lost, {otherwise}.</Text>
        </div>
      </div>
      <CopyBlock label={what} text={text} what={inSentence(what)} wanted />
    </Stack>
  );
}

/** "Install link" is "install link", and "API key" stays. */
function inSentence(what: string): string {
  return /^[A-Z][a-z]/.test(what) ? what.charAt(0).toLowerCase() + what.slice(1) : what;
}
