/**
 * Which part of a policy a picture shows. Five hundred groups on one picture tell nobody anything: what
 * was looked for and its neighbours do, or without a search what has the most connections. Pure.
 */
import type { Connection, Group, Role } from '../../api/shapes.ts';
import { compareValues } from '../../components/compare-values.ts';

/** More groups and roles than these are not taken in at a glance, nor drawn at once without a pause. */
export const MOST_SHOWN = 80;

export interface WholePolicy {
  readonly groups: readonly Group[];
  readonly roles: readonly Role[];
  readonly connections: readonly Connection[];
}

export interface ShownPart extends WholePolicy {
  /** How many connections of each group and role are not shown; those without one are not in it. */
  readonly notShown: ReadonlyMap<string, number>;
  /** Says that something is hidden and how to see it; null when all is shown. */
  readonly sentence: string | null;
}

export interface PartWanted {
  /** Part of a name; several, with commas between them. */
  readonly find: string;
  /** Id of the one group or role to show, with its neighbours. */
  readonly focus: string | null;
  readonly most?: number;
}

export function shownPart(policy: WholePolicy, { find, focus, most = MOST_SHOWN }: PartWanted): ShownPart {
  const neighbours = neighboursOf(policy.connections);
  const all = [...policy.roles, ...policy.groups];
  const words = wordsOf(find);
  const focused = focus === null ? undefined : all.find(({ id }) => id === focus);
  const isWanted =
    focused === undefined
      ? ({ name }: { name: string }) => matches(name, words)
      : (side: { id: string }) => side.id === focus;
  const byDegree = (a: { id: string }, b: { id: string }) => degree(b.id) - degree(a.id);
  const degree = (id: string) => neighbours.get(id)?.length ?? 0;

  const found = all.filter(isWanted).sort(byDegree);
  const wanted = new Set<string>(found.slice(0, most).map(({ id }) => id));
  const shown = new Set(wanted);
  const beside = new Set([...wanted].flatMap((id) => neighbours.get(id) ?? []).filter((id) => !wanted.has(id)));
  for (const { id } of all.filter((side) => beside.has(side.id)).sort(byDegree)) {
    if (shown.size < most) shown.add(id);
  }
  const narrowed = focused !== undefined || words.length > 0;
  const connections = policy.connections.filter(
    ({ a, b }) => shown.has(a.id) && shown.has(b.id) && (!narrowed || wanted.has(a.id) || wanted.has(b.id)),
  );
  const part = {
    groups: policy.groups.filter(({ id }) => shown.has(id)).sort(byName),
    roles: policy.roles.filter(({ id }) => shown.has(id)).sort(byName),
    connections,
  };
  return {
    ...part,
    notShown: difference(neighbours, neighboursOf(connections)),
    sentence: sentenceOf(all.length, shown.size, found.length, beside.size, focused?.name, words.length > 0),
  };
}

/** Lower-case parts of names: any of them is enough. */
export function wordsOf(find: string): readonly string[] {
  return find
    .toLowerCase()
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

/** Whether a name has one of the words in it; no words match everything. */
export function matches(name: string, words: readonly string[]): boolean {
  const lower = name.toLowerCase();
  return words.length === 0 || words.some((word) => lower.includes(word));
}

function sentenceOf(
  all: number,
  shown: number,
  found: number,
  beside: number,
  focus: string | undefined,
  searched: boolean,
): string | null {
  if (shown === all) return null;
  const [of, some] = [all.toLocaleString('en'), shown.toLocaleString('en')];
  if (focus !== undefined) {
    return shown === 1 + beside
      ? `Only ${focus} and what it is connected to: ${some} of ${of} groups and roles.`
      : `Only ${focus} and the first ${(shown - 1).toLocaleString('en')} of ${beside.toLocaleString('en')} that it is connected to; the table has all of them.`;
  }
  if (searched) {
    if (found === 0) return 'No group or role has that in its name.';
    return shown === found + beside
      ? `What you look for and what it is connected to: ${some} of ${of} groups and roles.`
      : `The first ${some} of ${(found + beside).toLocaleString('en')} that you look for or that are connected to those; write more of the name to see others.`;
  }
  return `The ${some} with the most connections, of ${of} groups and roles. Find others by their names.`;
}

function neighboursOf(connections: readonly Connection[]): Map<string, string[]> {
  const neighbours = new Map<string, string[]>();
  const add = (from: string, to: string) => {
    const known = neighbours.get(from);
    if (known === undefined) neighbours.set(from, [to]);
    else known.push(to);
  };
  for (const { a, b } of connections) {
    add(a.id, b.id);
    add(b.id, a.id);
  }
  return neighbours;
}

function difference(
  all: ReadonlyMap<string, readonly string[]>,
  shown: ReadonlyMap<string, readonly string[]>,
): Map<string, number> {
  const counts = [...all].map(([id, of]) => [id, of.length - (shown.get(id)?.length ?? 0)] as const);
  return new Map(counts.filter(([, count]) => count > 0));
}

function byName(a: { name: string }, b: { name: string }): number {
  return compareValues(a.name, b.name);
}
