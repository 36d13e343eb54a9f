/**
 * How every change of the policy is made in the portal: what it would do is shown first, then it is done,
 * then it can be undone. One dialog for all pages, in the shell:
 *
 *     const propose = useProposal();
 *     propose({ title: 'Connect Web to SQL servers?', confirmLabel: 'Connect', changes: [{ do: 'connect', a, b }] });
 */
import { createContext, type ReactNode, useCallback, useContext, useState } from 'react';
import type { AppliedChanges, PolicyChange } from '../api/shapes.ts';
import { ProposalDialog } from './proposal-dialog.tsx';

export interface Proposal {
  /** Its name or id. */
  readonly subscription: string;
  /** A question: "Remove the group Office?" */
  readonly title: string;
  /** The verb: "Remove". */
  readonly confirmLabel: string;
  readonly changes: readonly PolicyChange[];
  /** What is said when it is done: "Office was removed." The effect's first step without it. */
  readonly done?: string;
  /** Whether something is lost by it. */
  readonly destructive?: boolean;
  readonly onApplied?: (applied: AppliedChanges) => void;
}

const ProposalContext = createContext<((proposal: Proposal) => void) | undefined>(undefined);

/** @returns what shows a proposal, and applies it if the person agrees */
export function useProposal(): (proposal: Proposal) => void {
  const propose = useContext(ProposalContext);
  if (propose === undefined) throw new Error('a proposal needs a ProposalProvider around it');
  return propose;
}

export function ProposalProvider({ children }: { readonly children: ReactNode }) {
  const [proposal, setProposal] = useState<{ readonly proposal: Proposal; readonly number: number }>();
  const [opened, setOpened] = useState(false);
  const propose = useCallback((next: Proposal) => {
    setProposal((last) => ({ proposal: next, number: (last?.number ?? 0) + 1 }));
    setOpened(true);
  }, []);
  return (
    <ProposalContext value={propose}>
      {children}
      {/* Stays until the next one, so that it does not change while it fades. */}
      {proposal !== undefined && (
        <ProposalDialog
          key={proposal.number}
          proposal={proposal.proposal}
          opened={opened}
          onClose={() => setOpened(false)}
        />
      )}
    </ProposalContext>
  );
}
