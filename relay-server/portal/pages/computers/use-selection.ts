/**
 * Which computers are selected, also those that are out of sight by now. What the server tells of them
 * meanwhile replaces what was known when they were selected.
 */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Machine } from '../../api/shapes.ts';
import type { RowSelection } from '../../components/data-table.tsx';
import { notifyRefusal } from '../../components/notify.tsx';
import type { Target } from './bulk-changes.ts';

const NONE: ReadonlyMap<string, Target> = new Map();

export interface SelectionOptions {
  /** Those that are loaded. */
  readonly rows: readonly Machine[];
  /** How many there are to select. */
  readonly found: number;
  /** What they are found by; when it changes, selecting all ends. */
  readonly view: string;
  /** Fetches all that are found. */
  readonly fetchAll: (signal: AbortSignal, onFound: (count: number) => void) => Promise<readonly Machine[]>;
}

export interface ComputerSelection {
  readonly selection: RowSelection;
  readonly targets: readonly Target[];
  /** How many have been fetched, while all are being selected. */
  readonly selecting: number | undefined;
  selectAll(): void;
  clear(): void;
}

export function useSelection({ rows, found, view, fetchAll }: SelectionOptions): ComputerSelection {
  const [known, setKnown] = useState(NONE);
  const [selecting, setSelecting] = useState<number>();
  const under = useRef<AbortController>(undefined);

  // biome-ignore lint/correctness/useExhaustiveDependencies: ends with the view that it was begun for.
  useEffect(() => () => under.current?.abort(), [view]);

  const byId = useMemo(() => new Map(rows.map((row) => [String(row.id), row])), [rows]);
  const onChange = useCallback(
    (ids: ReadonlySet<string>) =>
      setKnown((before) => {
        const after = new Map<string, Target>();
        for (const id of ids) {
          const target = byId.get(id) ?? before.get(id);
          if (target !== undefined) after.set(id, target);
        }
        return after;
      }),
    [byId],
  );
  const clear = useCallback(() => setKnown(NONE), []);
  const selectAll = () => {
    if (rows.length === found) {
      setKnown((before) => new Map([...before, ...byId]));
      return;
    }
    under.current?.abort();
    const now = new AbortController();
    under.current = now;
    const { signal } = now;
    setSelecting(0);
    fetchAll(signal, setSelecting)
      .then((all) =>
        setKnown((before) => new Map([...before, ...all.map((machine) => [machine.id, machine] as const)])),
      )
      .catch((error: unknown) => {
        if (!signal.aborted) notifyRefusal(error);
      })
      .finally(() => {
        if (under.current === now) setSelecting(undefined);
      });
  };
  const selected = useMemo(() => new Set(known.keys()), [known]);
  const allSelected = found > 0 && known.size >= found && rows.every(({ id }) => known.has(id));
  const toggleAll = () => (allSelected ? clear() : selectAll());
  return {
    selection: { selected, onChange, onToggleAll: toggleAll },
    targets: useMemo(() => [...known.values()].map((target) => byId.get(target.id) ?? target), [known, byId]),
    selecting,
    selectAll,
    clear,
  };
}
