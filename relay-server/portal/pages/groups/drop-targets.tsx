/** Groups that computers can be dropped onto, found by typing where there are hundreds. */
import { Button, Stack, Text } from '@mantine/core';
import { CircleDashed, type LucideIcon, Workflow } from 'lucide-react';
import { useState } from 'react';
import type { Group } from '../../api/shapes.ts';
import { compareValues } from '../../components/compare-values.ts';
import { SearchField } from '../../components/search-field.tsx';
import { countInWords, matches } from '../../policy/machine-words.ts';
import classes from './groups.module.css';

export interface DropTargetsProps {
  readonly groups: readonly Group[];
  /** Where the computers are from, which is no target; `none` for computers in no group. */
  readonly from: string | undefined;
  readonly dragging: boolean;
  /** How many computers are selected. */
  readonly selected: number;
  /** Null takes them out of their group. */
  onDrop(to: Group | null): void;
  onMoveHere(to: Group | null): void;
}

export function DropTargets({ groups, from, dragging, selected, onDrop, onMoveHere }: DropTargetsProps) {
  const [search, setSearch] = useState('');
  const shown = groups
    .filter(({ id, name, description }) => id !== from && matches(search.trim(), name, description))
    .sort((one, two) => compareValues(one.name, two.name));
  return (
    <Stack gap="xs">
      <SearchField label="Find a group" value={search} onChange={setSearch} />
      <Text size="sm" c="dimmed">
        Drag computers onto a group, or select them and press “Move here”.
      </Text>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1). */}
      <ul className={classes.list} tabIndex={0} aria-label="Groups">
        {shown.map((group) => (
          <Target
            key={group.id}
            icon={Workflow}
            name={group.name}
            note={countInWords(group.machines, 'computer')}
            dragging={dragging}
            selected={selected}
            onDrop={() => onDrop(group)}
            onMoveHere={() => onMoveHere(group)}
          />
        ))}
        {from !== 'none' && search === '' && (
          <Target
            icon={CircleDashed}
            name="No group"
            note="takes them out"
            dragging={dragging}
            selected={selected}
            onDrop={() => onDrop(null)}
            onMoveHere={() => onMoveHere(null)}
          />
        )}
      </ul>
      {shown.length === 0 && (
        <Text size="sm" c="dimmed" ta="center">
          {search === '' ? 'There is no other group yet.' : 'No group has this in its name.'}
        </Text>
      )}
    </Stack>
  );
}

interface TargetProps {
  readonly icon: LucideIcon;
  readonly name: string;
  readonly note: string;
  readonly dragging: boolean;
  readonly selected: number;
  onDrop(): void;
  onMoveHere(): void;
}

function Target({ icon: Icon, name, note, dragging, selected, onDrop, onMoveHere }: TargetProps) {
  const [over, setOver] = useState(false);
  return (
    <li
      className={classes.target}
      data-dragging={dragging}
      data-over={over && dragging}
      onDragOver={(event) => {
        if (!dragging) return;
        event.preventDefault(); // says that it may be dropped here
        event.dataTransfer.dropEffect = 'move';
        setOver(true);
      }}
      onDragLeave={({ currentTarget, relatedTarget }) => {
        if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget))) setOver(false);
      }}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        onDrop();
      }}
    >
      <span className={classes.targetName}>
        <Icon size={16} aria-hidden />
        <span title={name}>{name}</span>
      </span>
      {selected > 0 && !dragging ? (
        <Button
          size="compact-sm"
          variant="light"
          aria-label={`Move here: ${countInWords(selected, 'computer')} to ${name}`}
          onClick={onMoveHere}
          flex="none"
        >
          Move here
        </Button>
      ) : (
        <Text span size="xs" c="dimmed" flex="none" pr={4}>
          {note}
        </Text>
      )}
    </li>
  );
}
