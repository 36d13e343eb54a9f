/** Removes a group, after showing who loses what by it. */
import { useCallback } from 'react';
import type { Group } from '../../api/shapes.ts';
import { useProposal } from '../../policy/proposal.tsx';

export function useRemoveGroup(subscription: string, onRemoved?: () => void): (group: Group) => void {
  const propose = useProposal();
  return useCallback(
    ({ id, name, version }) =>
      propose({
        subscription,
        title: `Remove the group ${name}?`,
        confirmLabel: 'Remove',
        destructive: true,
        done: `The group ${name} was removed.`,
        changes: [{ do: 'remove-group', group: id, expect: version }],
        ...(onRemoved === undefined ? {} : { onApplied: onRemoved }),
      }),
    [propose, subscription, onRemoved],
  );
}
