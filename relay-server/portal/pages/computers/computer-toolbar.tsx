/** What can be done to one computer, on its page. */
import { ActionIcon, Button, Menu } from '@mantine/core';
import { Ellipsis, FolderInput, PenLine } from 'lucide-react';
import type { Machine } from '../../api/shapes.ts';
import { ComputerMenuEnd } from './computer-menu-end.tsx';
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
          <ComputerMenuEnd machine={machine} actions={actions} />
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
