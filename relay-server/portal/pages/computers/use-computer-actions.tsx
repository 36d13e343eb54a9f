/**
 * What can be done to one computer or to many: the same in the table, in its menus and on the page of a
 * computer. Each change shows first what it does, see policy/proposal.tsx.
 */
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import type { Machine } from '../../api/shapes.ts';
import { useProposal } from '../../policy/proposal.tsx';
import {
  assignChanges,
  calledTogether,
  disableChanges,
  isAssignable,
  removeChanges,
  type Target,
  was,
} from './bulk-changes.ts';
import { MoveDialog } from './move-dialog.tsx';
import { RenameDialog } from './rename-dialog.tsx';

export interface ComputerActions {
  rename(machine: Machine): void;
  /** Asks for the group first. */
  move(targets: readonly Target[]): void;
  takeOut(targets: readonly Target[]): void;
  setDisabled(targets: readonly Target[], disabled: boolean): void;
  remove(targets: readonly Target[]): void;
}

export interface ComputerActionsOptions {
  /** After a change of the policy was applied to these. */
  readonly onApplied?: ((targets: readonly Target[]) => void) | undefined;
  readonly onRemoved?: ((targets: readonly Target[]) => void) | undefined;
}

type Asked =
  | { readonly what: 'rename'; readonly machine: Machine }
  | { readonly what: 'move'; readonly targets: readonly Target[] };

/** @returns the actions, which stay the same, and the dialogs to be put on the page */
export function useComputerActions(
  subscription: string,
  { onApplied, onRemoved }: ComputerActionsOptions = {},
): readonly [ComputerActions, ReactNode] {
  const propose = useProposal();
  const [asked, setAsked] = useState<{ readonly for: Asked; readonly number: number }>();
  const [opened, setOpened] = useState(false);

  const actions = useMemo((): ComputerActions => {
    const ask = (next: Asked) => {
      setOpened(false);
      setAsked((last) => ({ for: next, number: (last?.number ?? 0) + 1 }));
    };
    return {
      rename: (machine) => ask({ what: 'rename', machine }),
      move: (targets) => ask({ what: 'move', targets }),
      takeOut: (targets) => {
        const computers = targets.filter(isAssignable);
        const names = calledTogether(computers);
        propose({
          subscription,
          title: `Take ${names} out of ${computers.length === 1 ? 'its group' : 'their groups'}?`,
          confirmLabel: 'Take out',
          changes: assignChanges(computers, null),
          done: `${names} ${was(computers)} taken out.`,
          onApplied: () => onApplied?.(targets),
        });
      },
      setDisabled: (targets, disabled) => {
        const names = calledTogether(targets);
        propose({
          subscription,
          title: `${disabled ? 'Disable' : 'Enable'} ${names}?`,
          confirmLabel: disabled ? 'Disable' : 'Enable',
          changes: disableChanges(targets, disabled),
          done: `${names} ${was(targets)} ${disabled ? 'disabled' : 'enabled'}.`,
          onApplied: () => onApplied?.(targets),
        });
      },
      remove: (targets) => {
        const names = calledTogether(targets);
        propose({
          subscription,
          title: `Remove ${names}?`,
          confirmLabel: 'Remove',
          changes: removeChanges(targets),
          done: `${names} ${was(targets)} removed.`,
          destructive: true,
          onApplied: () => {
            onApplied?.(targets);
            onRemoved?.(targets);
          },
        });
      },
    };
  }, [subscription, propose, onApplied, onRemoved]);

  const moveTo = (targets: readonly Target[], group: { readonly id: string; readonly name: string }) => {
    setOpened(false);
    const computers = targets.filter(isAssignable);
    const names = calledTogether(computers);
    propose({
      subscription,
      title: `Move ${names} to ${group.name}?`,
      confirmLabel: 'Move',
      changes: assignChanges(computers, group.id),
      done: `${names} ${was(computers)} moved to ${group.name}.`,
      onApplied: () => onApplied?.(targets),
    });
  };
  // A Modal gives the focus back to what had it when it opened, unless it was open from its first rendering on.
  useEffect(() => setOpened(asked !== undefined), [asked]);
  const frame = { subscription, opened, onClose: () => setOpened(false) };
  const dialogs =
    asked === undefined ? null : asked.for.what === 'rename' ? (
      <RenameDialog key={asked.number} machine={asked.for.machine} {...frame} />
    ) : (
      <MoveDialog key={asked.number} targets={asked.for.targets} onChoose={moveTo} {...frame} />
    );
  return [actions, dialogs];
}
