/** How far somebody has come with the first three steps, from what the server says is there. Pure. */
import type { Connection, Group, Machine } from '../../api/shapes.ts';

export interface GuideState {
  /** 1 to 3; 4 when all is done. */
  readonly step: 1 | 2 | 3 | 4;
  /** Computers in no group yet. */
  readonly unassigned: readonly Machine[];
  /** Groups with a computer in them. */
  readonly filled: readonly Group[];
  /** The connection that shows best what was made: of a role if there is one. */
  readonly connection: Connection | undefined;
}

/** @param computers local endpoints, @param total of them */
export function guideState(
  computers: readonly Machine[],
  total: number,
  groups: readonly Group[],
  connections: readonly Connection[],
): GuideState {
  const filled = groups.filter(({ machines }) => machines > 0);
  const connection = connections.find((one) => sideOf(one, 'role') !== undefined) ?? connections[0];
  // A later step that is done already does not skip an earlier one: without a computer there is nothing to try.
  const step = total === 0 ? 1 : filled.length === 0 ? 2 : connection === undefined ? 3 : 4;
  return { step, unassigned: computers.filter(({ group }) => group === null), filled, connection };
}

export function sideOf({ a, b }: Connection, kind: 'group' | 'role'): Connection['a'] | undefined {
  return [a, b].find((side) => side.kind === kind);
}

/** "sql01", "sql01 and sql02", "sql01, sql02 and 3 more". */
export function namesInWords(names: readonly string[], all = names.length): string {
  const [first = '', second] = names;
  if (all <= 1 || second === undefined) return first;
  if (all === 2) return `${first} and ${second}`;
  return `${first}, ${second} and ${(all - 2).toLocaleString('en')} more`;
}
