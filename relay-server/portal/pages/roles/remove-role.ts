/** Removes a role, after showing who loses what by it, and that its instances do not come back. */
import { useCallback } from 'react';
import type { Role } from '../../api/shapes.ts';
import { useProposal } from '../../policy/proposal.tsx';

export function useRemoveRole(subscription: string, onRemoved?: () => void): (role: Role) => void {
  const propose = useProposal();
  return useCallback(
    ({ id, name, version }) =>
      propose({
        subscription,
        title: `Remove the role ${name}?`,
        confirmLabel: 'Remove',
        destructive: true,
        done: `The role ${name} was removed.`,
        changes: [{ do: 'remove-role', role: id, expect: version }],
        ...(onRemoved === undefined ? {} : { onApplied: onRemoved }),
      }),
    [propose, subscription, onRemoved],
  );
}
