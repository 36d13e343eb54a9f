/** What can be done to one computer, on its page. */
import { ActionIcon, Button, Menu } from '@mantine/core';
import { Ban, Ellipsis, FolderInput, FolderOutput, PenLine, Trash2, Undo2 } from 'lucide-react';
import type { Machine } from '../../api/shapes.ts';
import { isAssignable } from './bulk-changes.ts';
import type { ComputerActions } from './use-computer-actions.tsx';

export interface ComputerToolbarProps {
  readonly machine: Machine;
  readonly actions: ComputerActions;
}

export function ComputerToolbar({ machine, actions }: ComputerToolbarProps) {
  const targets = [machine];
  return (
    <>
      <Menu position="bottom-end" withinPortal={false}>
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label={`More for ${machine.name}`}>
            <Ellipsis size={18} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {isAssignable(machine) && machine.group !== null && (
            <Menu.Item leftSection={<FolderOutput size={16} aria-hidden />} onClick={() => actions.takeOut(targets)}>
              Take out of its group…
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
        </Menu.Dropdown>
      </Menu>
      <Button variant="default" leftSection={<PenLine size={16} aria-hidden />} onClick={() => actions.rename(machine)}>
        Rename…
      </Button>
      <Button leftSection={<FolderInput size={16} aria-hidden />} onClick={() => actions.move(targets)}>
        Move to a group…
      </Button>
    </>
  );
}
