/** The changes that the policy page makes, as proposals: each shows its effect first and can be undone. */
import { useMemo } from 'react';
import { useProposal } from '../../policy/proposal.tsx';
import type { End } from './possible-connection.ts';

type Ends = Pick<End, 'kind' | 'id' | 'name'>;

export interface PolicyChanges {
  connect(a: Ends, b: Ends, onApplied?: () => void): void;
  cut(a: Ends, b: Ends): void;
  /** Whether the members of a group reach each other. */
  interconnect(group: Ends, on: boolean): void;
}

export function usePolicyChanges(subscription: string): PolicyChanges {
  const propose = useProposal();
  return useMemo(() => {
    const side = ({ kind, id }: Ends) => ({ kind, id });
    return {
      connect: (a, b, onApplied) =>
        propose({
          subscription,
          title: `Connect ${a.name} to ${b.name}?`,
          confirmLabel: 'Connect',
          changes: [{ do: 'connect', a: side(a), b: side(b) }],
          done: `${a.name} and ${b.name} are connected.`,
          ...(onApplied === undefined ? {} : { onApplied }),
        }),
      cut: (a, b) =>
        propose({
          subscription,
          title: `Cut the connection of ${a.name} and ${b.name}?`,
          confirmLabel: 'Cut',
          changes: [{ do: 'disconnect', a: side(a), b: side(b) }],
          done: `The connection of ${a.name} and ${b.name} was cut.`,
          destructive: true,
        }),
      interconnect: ({ id, name }, on) =>
        propose({
          subscription,
          title: on ? `Let the members of ${name} reach each other?` : `Keep the members of ${name} from each other?`,
          confirmLabel: on ? 'Interconnect' : 'Switch off',
          changes: [{ do: 'change-group', group: id, interconnected: on }],
          done: on ? `The members of ${name} reach each other.` : `The members of ${name} no longer reach each other.`,
          destructive: !on,
        }),
    };
  }, [propose, subscription]);
}
