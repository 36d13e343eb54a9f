/**
 * Changes of many computers at once, cut into pieces that the server takes, and what they are called. Pure.
 */
import type { Machine, PolicyChange } from '../../api/shapes.ts';

/** CHANGE_MACHINES_MAX of protocol/limits.ts. */
export const MACHINES_A_CHANGE = 10_000;

/** What is known of a computer that somebody wants to change, also of one that has been scrolled away. */
export type Target = Pick<Machine, 'id' | 'name' | 'kind' | 'group' | 'disabled' | 'version'>;

/** Only computers: an instance belongs to its role. @param group its id; null takes them out of theirs */
export function assignChanges(targets: readonly Target[], group: string | null): PolicyChange[] {
  return inPieces(targets.filter(isAssignable)).map((machines) => ({ do: 'assign', machines, group }));
}

export function disableChanges(targets: readonly Target[], disabled: boolean): PolicyChange[] {
  return inPieces(targets).map((machines) => ({ do: 'set-disabled', machines, disabled }));
}

export function removeChanges(targets: readonly Target[]): PolicyChange[] {
  return inPieces(targets).map((machines) => ({ do: 'remove-machines', machines }));
}

export function isAssignable({ kind }: Pick<Target, 'kind'>): boolean {
  return kind === 'local-endpoint';
}

/** "sql01", "12 computers", "2 role instances". */
export function calledTogether(targets: readonly Target[]): string {
  const [first] = targets;
  if (targets.length === 1 && first !== undefined) return first.name;
  const kind = targets.some(isAssignable) ? 'computers' : 'role instances';
  return `${targets.length.toLocaleString('en')} ${kind}`;
}

/** "was" or "were". */
export function was(targets: readonly Target[]): string {
  return targets.length === 1 ? 'was' : 'were';
}

function inPieces(targets: readonly Target[]): string[][] {
  const pieces: string[][] = [];
  for (let at = 0; at < targets.length; at += MACHINES_A_CHANGE) {
    pieces.push(targets.slice(at, at + MACHINES_A_CHANGE).map(({ id }) => id));
  }
  return pieces;
}
