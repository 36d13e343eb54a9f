/**
 * What one change of a batch comes to: for the store, the audit, the machines, and the person who
 * wants it undone.
 */
import type { MachineId, RoleId } from '#protocol/ids.ts';
import type { PolicyChange } from '#protocol/rest/changes.ts';
import type { ChangedKind } from '#protocol/rest/watching.ts';
import type { PolicyOperation } from '../../store/operations.ts';
import type { AuditRecord } from '../../store/records.ts';

/** An audit entry but for who and when. */
export type Told = Pick<AuditRecord, 'action' | 'target' | 'before' | 'after'>;

/** Pairs that may have lost their permission. */
export interface Recheck {
  /** One of whom every pair concerned has. */
  readonly machines: readonly MachineId[];
  /** A sentence on what was done, for the machines' owners. */
  readonly reason: string;
}

export interface Step {
  /** Of what it is about; of several machines, of none. */
  readonly id: string | undefined;
  /** What it does, for people: "Creates the group Web servers." */
  readonly sentence: string;
  /** Empty when it changes nothing. */
  readonly operations: readonly PolicyOperation[];
  /** null when it changes nothing. */
  readonly told: Told | null;
  /** What brings back what was, in order. */
  readonly undo: readonly PolicyChange[];
  /** Set when nothing does: a sentence that says why. */
  readonly whyNot?: string;
  readonly kinds: readonly ChangedKind[];
  readonly rechecks?: readonly Recheck[];
  /** Machines whose own facts change. */
  readonly selfChanged?: readonly MachineId[];
  /** Roles of which instances went. */
  readonly roles?: readonly RoleId[];
}

/** What a change needs beside the draft. */
export interface Making {
  /** Milliseconds of the Unix epoch. */
  readonly now: number;
  /** A new identifier, 32 hex digits. */
  newId(): string;
  /** Whether a group or role of any subscription has the identifier. */
  isTaken(id: string): boolean;
}

export function nothing(id: string | undefined, sentence: string): Step {
  return { id, sentence, operations: [], told: null, undo: [], kinds: [] };
}

/** The parts of `change` that differ from what is there. */
export function differing<Item extends object, Change extends Partial<Item>>(before: Item, change: Change): Change {
  return Object.fromEntries(
    Object.entries(change).filter(([key, value]) => value !== undefined && value !== before[key as keyof Item]),
  ) as Change;
}

/** The values that an item has for the keys of `change`. */
export function valuesOf<Item extends object, Change extends Partial<Item>>(item: Item, change: Change): Change {
  return Object.fromEntries(Object.keys(change).map((key) => [key, item[key as keyof Item]])) as Change;
}
