/** Copies a text, and says that it did, to eyes and to screen readers. */
import { ActionIcon, Button, Tooltip, VisuallyHidden } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { Check, Copy } from 'lucide-react';

export interface CopyButtonProps {
  readonly text: string;
  /** What is copied, in words: "IPv4 address". */
  readonly what: string;
  /** Shown beside the icon; without it there is the icon alone. */
  readonly label?: string;
}

export function CopyButton({ text, what, label }: CopyButtonProps) {
  const { copied, copy } = useClipboard({ timeout: 2_000 });
  const icon = copied ? <Check size={16} aria-hidden /> : <Copy size={16} aria-hidden />;
  return (
    <>
      {label === undefined ? (
        <Tooltip label={copied ? 'Copied' : `Copy ${what}`}>
          <ActionIcon aria-label={`Copy ${what}`} color={copied ? 'green' : 'gray'} onClick={() => copy(text)}>
            {icon}
          </ActionIcon>
        </Tooltip>
      ) : (
        <Button variant="default" leftSection={icon} onClick={() => copy(text)}>
          {copied ? 'Copied' : label}
        </Button>
      )}
      <VisuallyHidden role="status">{copied ? `${what} copied` : ''}</VisuallyHidden>
    </>
  );
}
