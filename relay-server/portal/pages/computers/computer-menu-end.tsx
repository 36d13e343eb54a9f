/** What every menu of one computer ends with: out of its group, disabled or enabled, removed. */
import { Menu } from '@mantine/core';
import { Ban, FolderOutput, Trash2, Undo2 } from 'lucide-react';
import type { Machine } from '../../api/shapes.ts';
import { isAssignable } from './bulk-changes.ts';
import type { ComputerActions } from './use-computer-actions.tsx';

export interface ComputerMenuEndProps {
  readonly machine: Machine;
  readonly actions: ComputerActions;
}

export function ComputerMenuEnd({ machine, actions }: ComputerMenuEndProps) {
  const targets = [machine];
  return (
    <>
      {isAssignable(machine) && machine.group !== null && (
        <Menu.Item leftSection={<FolderOutput size={16} aria-hidden />} onClick={() => actions.takeOut(targets)}>
          Take out of {machine.memberOf}…
        </Menu.Item>
      )}
      <Menu.Item
        leftSection={machine.disabled ? <Undo2 size={16} aria-hidden /> : <Ban size={16} aria-hidden />}
        onClick={() => actions.setDisabled(targets, !machine.disabled)}
      >
        {machine.disabled ? 'Enable…' : 'Disable…'}
      </Menu.Item>
      <Menu.Divider />
      <Menu.Item
        color="var(--causeway-bad)"
        leftSection={<Trash2 size={16} aria-hidden />}
        onClick={() => actions.remove(targets)}
      >
        Remove…
      </Menu.Item>
    </>
  );
}
