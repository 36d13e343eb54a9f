/**
 * The menu of one row of the table. There is one for all rows, which stands over the button of the row it
 * was asked for at: a menu in each row would make scrolling slow.
 */
import { Menu } from '@mantine/core';
import { FolderInput, PenLine } from 'lucide-react';
import { useEffect } from 'react';
import type { Machine } from '../../api/shapes.ts';
import { ComputerMenuEnd } from './computer-menu-end.tsx';
import classes from './computers.module.css';
import type { ComputerActions } from './use-computer-actions.tsx';

export interface ComputerMenuProps {
  readonly machine: Machine;
  readonly button: HTMLElement;
  readonly actions: ComputerActions;
  onClose(): void;
}

export function ComputerMenu({ machine, button, actions, onClose }: ComputerMenuProps) {
  const { top, left, width, height } = button.getBoundingClientRect();
  // The button would move away under the menu.
  useEffect(() => {
    window.addEventListener('scroll', onClose, true);
    window.addEventListener('resize', onClose);
    return () => {
      window.removeEventListener('scroll', onClose, true);
      window.removeEventListener('resize', onClose);
    };
  }, [onClose]);
  const close = () => {
    onClose();
    button.focus({ preventScroll: true });
  };
  const targets = [machine];
  return (
    <Menu
      opened
      onChange={(opened) => !opened && close()}
      position="bottom-end"
      returnFocus={false}
      withinPortal={false}
      width="16rem"
    >
      <Menu.Target>
        <button
          type="button"
          className={classes.anchor}
          style={{ top, left, width, height }}
          aria-label={`Change ${machine.name}`}
        />
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<PenLine size={16} aria-hidden />} onClick={() => actions.rename(machine)}>
          Rename…
        </Menu.Item>
        <Menu.Item leftSection={<FolderInput size={16} aria-hidden />} onClick={() => actions.move(targets)}>
          Move to a group…
        </Menu.Item>
        <ComputerMenuEnd machine={machine} actions={actions} />
      </Menu.Dropdown>
    </Menu>
  );
}
