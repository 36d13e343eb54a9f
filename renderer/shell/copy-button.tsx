/** Copies a text through main, and says that it did, to eyes and to screen readers. */
import { ActionIcon } from '@mantine/core';
import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useStore } from '../store/use-window.ts';
import { useWords } from '../words/use-words.ts';

const SHOWN_MS = 2_000;

export interface CopyButtonProps {
  readonly text: string;
  /** What is copied, in words. */
  readonly what: string;
}

export function CopyButton({ text, what }: CopyButtonProps) {
  const { words } = useWords();
  const { call } = useStore();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () => {
    call('copy', { text }).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return (
    <span>
      <ActionIcon aria-label={words.actions.copy(what)} title={words.actions.copy(what)} onClick={copy}>
        {copied ? <Check size={15} color="var(--causeway-good)" aria-hidden /> : <Copy size={15} aria-hidden />}
      </ActionIcon>
      <span className="unseen" role="status">
        {copied ? words.actions.copied : ''}
      </span>
    </span>
  );
}
