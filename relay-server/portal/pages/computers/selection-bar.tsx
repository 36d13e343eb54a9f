/** How many computers are found, how many are selected, and what can be done to those. */
import { Button, Group, Loader, Text } from '@mantine/core';
import { Ban, FolderInput, FolderOutput, Trash2, Undo2 } from 'lucide-react';
import { useRef } from 'react';
import { useFocusWhenLost } from '../../components/focus-when-lost.ts';
import type { Target } from './bulk-changes.ts';
import classes from './computers.module.css';
import type { ComputerActions } from './use-computer-actions.tsx';

export interface SelectionBarProps {
  readonly targets: readonly Target[];
  /** How many the filters find, and how many there are in all. */
  readonly found: number | undefined;
  readonly all: number | undefined;
  /** How many have been selected so far, while all are being selected. */
  readonly selecting: number | undefined;
  readonly actions: ComputerActions;
  onSelectAll(): void;
  onClear(): void;
}

export function SelectionBar(props: SelectionBarProps) {
  const { targets, found, all, selecting, actions, onSelectAll, onClear } = props;
  const bar = useRef<HTMLDivElement>(null);
  // The button that was pressed goes away with the selection.
  useFocusWhenLost(bar, targets.length);
  const number = (count: number) => count.toLocaleString('en');
  if (targets.length === 0) {
    return (
      <div ref={bar} tabIndex={-1} className={classes.bar}>
        <Text size="sm" c="dimmed" role="status">
          {selecting !== undefined && `Selecting ${number(selecting)} of ${number(found ?? 0)}…`}
          {selecting === undefined && found !== undefined && countWords(found, all ?? found)}
        </Text>
      </div>
    );
  }
  return (
    <section ref={bar} tabIndex={-1} className={classes.bar} aria-label="Selected computers">
      <Group gap="xs">
        <Text size="sm" fw={600} role="status">
          {number(targets.length)} selected
        </Text>
        {found !== undefined && found > 0 && targets.length < found && (
          <Button size="compact-sm" variant="subtle" onClick={onSelectAll} disabled={selecting !== undefined}>
            {selecting === undefined ? `Select all ${number(found)}` : `Selecting ${number(selecting)}…`}
          </Button>
        )}
        <Button size="compact-sm" variant="subtle" color="gray" c="dimmed" onClick={onClear}>
          Clear
        </Button>
        {selecting !== undefined && <Loader size="xs" aria-hidden />}
      </Group>
      <Group gap="xs" className={classes.bulk}>
        <BulkButton icon={FolderInput} onClick={() => actions.move(targets)}>
          Move to a group…
        </BulkButton>
        {targets.some(({ group }) => group !== null) && (
          <BulkButton
            icon={FolderOutput}
            onClick={() => actions.takeOut(targets.filter(({ group }) => group !== null))}
          >
            Take out
          </BulkButton>
        )}
        {targets.some(({ disabled }) => !disabled) && (
          <BulkButton
            icon={Ban}
            onClick={() =>
              actions.setDisabled(
                targets.filter(({ disabled }) => !disabled),
                true,
              )
            }
          >
            Disable
          </BulkButton>
        )}
        {targets.some(({ disabled }) => disabled) && (
          <BulkButton
            icon={Undo2}
            onClick={() =>
              actions.setDisabled(
                targets.filter(({ disabled }) => disabled),
                false,
              )
            }
          >
            Enable
          </BulkButton>
        )}
        <BulkButton icon={Trash2} danger onClick={() => actions.remove(targets)}>
          Remove
        </BulkButton>
      </Group>
    </section>
  );
}

interface BulkButtonProps {
  readonly icon: typeof Ban;
  readonly danger?: boolean;
  readonly children: string;
  onClick(): void;
}

function BulkButton({ icon: Icon, danger = false, children, onClick }: BulkButtonProps) {
  return (
    <Button
      size="compact-sm"
      variant="default"
      {...(danger && { c: 'var(--causeway-bad)' })}
      leftSection={<Icon size={14} aria-hidden />}
      onClick={onClick}
    >
      {children}
    </Button>
  );
}

function countWords(found: number, all: number): string {
  if (found === all) return `${all.toLocaleString('en')} ${all === 1 ? 'computer' : 'computers'}`;
  return `${found.toLocaleString('en')} of ${all.toLocaleString('en')} computers`;
}
