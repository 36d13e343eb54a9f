/** The states of a computer, in words and shapes. */
import type { Machine } from '../../api/shapes.ts';
import { StatusBadge } from '../../components/status-badge.tsx';

export function ActivationBadge({ disabled }: Pick<Machine, 'disabled'>) {
  // What is as it should be needs no colour.
  return disabled ? <StatusBadge tone="bad">Disabled</StatusBadge> : 'Activated';
}

/** An agent that is here and has no relay is worth a look; one that is away is not. */
export function RelayBadge({ online, relay }: Pick<Machine, 'online' | 'relay'>) {
  if (relay === 'connected') return <StatusBadge tone="good">Connected</StatusBadge>;
  return <StatusBadge tone={online ? 'warn' : 'idle'}>Disconnected</StatusBadge>;
}
