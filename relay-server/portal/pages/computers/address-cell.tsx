/**
 * The addresses of a computer in a row of the table: one to read, both to copy. Plain buttons without
 * Mantine's tooltips, as hundreds of them come and go while somebody scrolls.
 */
import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { Machine } from '../../api/shapes.ts';
import { notifyRefusal } from '../../components/notify.tsx';
import classes from './computers.module.css';

const COPIED_SHOWN_MS = 1_500;

export function AddressCell({ name, ipv4, ipv6 }: Pick<Machine, 'name' | 'ipv4' | 'ipv6'>) {
  return (
    <span className={classes.addresses}>
      <span className={classes.address}>{ipv4}</span>
      <CopyAddress text={ipv4} what={`IPv4 address of ${name}`} />
      <CopyAddress text={ipv6} what={`IPv6 address of ${name}`} label="v6" />
    </span>
  );
}

interface CopyAddressProps {
  readonly text: string;
  readonly what: string;
  readonly label?: string;
}

function CopyAddress({ text, what, label }: CopyAddressProps) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), COPIED_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () => navigator.clipboard.writeText(text).then(() => setCopied(true), notifyRefusal);
  return (
    <button
      type="button"
      className={classes.copy}
      data-copied={copied || undefined}
      title={text}
      aria-label={copied ? `${what} copied` : `Copy ${label === undefined ? '' : `${label}, `}${what}`}
      onClick={() => void copy()}
    >
      {label}
      {copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
    </button>
  );
}
