/**
 * Whether a policy document makes sense: each name once, and connections only between what it names.
 */
import type { PolicyDocument } from '#protocol/rest/changes.ts';
import { keyOf, parseSide } from './policy-document.ts';

/** Something that is wrong, and where in the document. */
export interface Issue {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** The first thing that is wrong, or undefined. */
export function issueOf(document: PolicyDocument): Issue | undefined {
  const known = { group: new Set<string>(), role: new Set<string>() };
  for (const [list, kind] of [
    ['groups', 'group'],
    ['roles', 'role'],
  ] as const) {
    for (const [at, { name }] of document[list].entries()) {
      if (known[kind].has(keyOf(name))) {
        return { path: [list, at, 'name'], message: `there is another ${kind} called ${name}` };
      }
      known[kind].add(keyOf(name));
    }
  }
  for (const [at, pair] of document.connections.entries()) {
    const sides = pair.map(parseSide);
    for (const [end, { kind, name }] of sides.entries()) {
      if (!known[kind].has(keyOf(name))) {
        return { path: ['connections', at, end], message: `the ${kind} ${name} is not among the ${kind}s of the file` };
      }
    }
    if (sides.every(({ kind }) => kind === 'role')) {
      return { path: ['connections', at], message: 'a role can not be connected to a role' };
    }
    if (sides[0]?.kind === sides[1]?.kind && keyOf(sides[0]?.name ?? '') === keyOf(sides[1]?.name ?? '')) {
      return { path: ['connections', at], message: 'a group can not be connected to itself; make it interconnected' };
    }
  }
  return undefined;
}
