/** What became of a computer, newest first. */
import { Loader, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import {
  Ban,
  CircleDot,
  CirclePlay,
  FolderInput,
  History,
  LogIn,
  LogOut,
  type LucideIcon,
  PenLine,
  Sparkles,
} from 'lucide-react';
import type { HistoryEntry, Machine } from '../../api/shapes.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { Panel } from '../../components/panel.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import classes from './computer.module.css';
import { historyQuery } from './machine-queries.ts';

const ICONS: Readonly<Record<HistoryEntry['what'], LucideIcon>> = {
  activated: Sparkles,
  came: LogIn,
  went: LogOut,
  changed: CircleDot,
  disabled: Ban,
  enabled: CirclePlay,
  moved: FolderInput,
  renamed: PenLine,
};

export interface ComputerHistoryProps {
  readonly subscription: string;
  readonly machine: Machine;
}

export function ComputerHistory({ subscription, machine }: ComputerHistoryProps) {
  const { data, error, refetch } = useQuery(historyQuery(subscription, machine.id));
  if (data === undefined) {
    return error === null ? (
      <Loader type="dots" aria-label="Loading" />
    ) : (
      <RefusalAlert error={error} onRetry={() => void refetch()} />
    );
  }
  if (data.length === 0) {
    return (
      <EmptyState icon={History} title="Nothing happened yet">
        When it comes and goes, is moved, renamed or disabled, it is written here.
      </EmptyState>
    );
  }
  return (
    <Panel p={0}>
      <ol className={classes.history} aria-label={`History of ${machine.name}, newest first`}>
        {data.map(({ at, what, sentence }) => {
          const Icon = ICONS[what] ?? CircleDot;
          return (
            <li key={`${at} ${what} ${sentence}`} className={classes.entry}>
              <Icon size={16} aria-hidden />
              <Text>{sentence}</Text>
              <Text size="sm" c="dimmed" className={classes.age}>
                <RelativeTime time={at} />
              </Text>
            </li>
          );
        })}
      </ol>
    </Panel>
  );
}
