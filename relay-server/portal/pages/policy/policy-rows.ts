/** The policy as rows of a table: each connection, and each group whose members reach each other. Pure. */
import type { Connection } from '../../api/shapes.ts';
import { matches, type WholePolicy, wordsOf } from './shown-part.ts';

export type RowSide = Connection['a'];

export interface PolicyRow {
  readonly id: string;
  /** Of a role and a group, the role. */
  readonly a: RowSide;
  /** null: the members of `a` reach each other. */
  readonly b: RowSide | null;
  /** Under which id the server tells what passes. */
  readonly passingId: string;
}

/** @param find parts of names: a row stays if either side has one of them */
export function policyRows({ groups, connections }: WholePolicy, find: string): readonly PolicyRow[] {
  const words = wordsOf(find);
  const rows: PolicyRow[] = [];
  for (const { id, a, b } of connections) {
    if (!matches(a.name, words) && !matches(b.name, words)) continue;
    rows.push(b.kind === 'role' ? { id, a: b, b: a, passingId: id } : { id, a, b, passingId: id });
  }
  for (const { id, name, interconnected } of groups) {
    if (!interconnected || !matches(name, words)) continue;
    rows.push({ id: `interconnected ${id}`, a: { kind: 'group', id, name }, b: null, passingId: id });
  }
  return rows;
}
