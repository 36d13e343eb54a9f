/** What can be done with the computers that are selected. Stands above their table, and is silent without any. */
import { Button, Group, Text } from '@mantine/core';
import { ArrowRightLeft, CircleMinus } from 'lucide-react';
import { countInWords } from '../../policy/machine-words.ts';
import classes from './groups.module.css';

export interface SelectionBarProps {
  readonly count: number;
  onMove(): void;
  /** Without it, they are in no group. */
  readonly onTakeOut: (() => void) | undefined;
  onClear(): void;
}

export function SelectionBar({ count, onMove, onTakeOut, onClear }: SelectionBarProps) {
  return (
    <div role="status" className={classes.selection}>
      {count > 0 && (
        <Group gap="sm" className={classes.bar}>
          <Text fw={600} size="sm">
            {countInWords(count, 'computer')} selected
          </Text>
          <Group gap="xs">
            <Button size="xs" leftSection={<ArrowRightLeft size={14} aria-hidden />} onClick={onMove}>
              Move to group…
            </Button>
            {onTakeOut !== undefined && (
              <Button
                size="xs"
                variant="default"
                leftSection={<CircleMinus size={14} aria-hidden />}
                onClick={onTakeOut}
              >
                Take out of the group…
              </Button>
            )}
            <Button size="xs" variant="subtle" onClick={onClear}>
              Clear
            </Button>
          </Group>
        </Group>
      )}
    </div>
  );
}
