/** Moves computers to another group or out of theirs: by the dialog that asks where, or straight as they were dropped. */
import { useQuery } from '@tanstack/react-query';
import { useCallback, useState } from 'react';
import { groupsQuery } from '../api/queries.ts';
import { ChooseDialog } from './choose-dialog.tsx';
import { namesInWords } from './machine-words.ts';
import { useProposal } from './proposal.tsx';

export interface Movable {
  readonly id: string;
  readonly name: string;
}

export interface MoveOptions {
  readonly computers: readonly Movable[];
  /** Null for none. */
  readonly to: { readonly id: string; readonly name: string } | null;
  readonly onMoved?: (() => void) | undefined;
}

/** @returns what proposes to move them */
export function useMoveComputers(subscription: string): (options: MoveOptions) => void {
  const propose = useProposal();
  return useCallback(
    ({ computers, to, onMoved }) => {
      if (computers.length === 0) return;
      const names = namesInWords(
        computers.map(({ name }) => name),
        'computers',
      );
      const be = computers.length === 1 ? 'is' : 'are';
      propose({
        subscription,
        title: to === null ? `Take ${names} out of the group?` : `Move ${names} to ${to.name}?`,
        confirmLabel: to === null ? 'Take out' : 'Move',
        done: to === null ? `${names} ${be} in no group now.` : `${names} ${be} in ${to.name} now.`,
        changes: [{ do: 'assign', machines: computers.map(({ id }) => id), group: to?.id ?? null }],
        ...(onMoved === undefined ? {} : { onApplied: onMoved }),
      });
    },
    [propose, subscription],
  );
}

export interface MoveDialogProps {
  readonly subscription: string;
  /** Undefined while the dialog is closed. */
  readonly computers: readonly Movable[] | undefined;
  /** The group that they are in, which is not offered. */
  readonly from?: string | undefined;
  readonly onMoved?: (() => void) | undefined;
  onClose(): void;
}

export function MoveDialog({ subscription, computers, from, onMoved, onClose }: MoveDialogProps) {
  const { data: groups = [] } = useQuery(groupsQuery(subscription));
  const move = useMoveComputers(subscription);
  // Kept while the dialog fades.
  const [shown, setShown] = useState<readonly Movable[]>([]);
  if (computers !== undefined && computers !== shown) setShown(computers);
  const others = groups.filter(({ id }) => id !== from);
  const names = namesInWords(
    shown.map(({ name }) => name),
    'computers',
  );
  return (
    <ChooseDialog
      opened={computers !== undefined}
      onClose={onClose}
      title={`Move ${names} to another group`}
      label="Group"
      choices={others.map(({ id, name }) => ({ value: id, label: name }))}
      nothing="There is no other group yet. Make one on the page Groups."
      confirmLabel="Move…"
      onChoose={(chosen) => {
        const to = others.find(({ id }) => id === chosen);
        if (to !== undefined) move({ computers: shown, to, onMoved });
      }}
    >
      A computer is in one group at a time. You see what changes before it is done.
    </ChooseDialog>
  );
}
