/**
 * Words for what changes do, as the effect, the audit and the machines' owners are told.
 */
import { LIMITS } from '#protocol/limits.ts';

interface Kinded {
  readonly name: string;
  readonly kind: 'local-endpoint' | 'role-instance';
}

/** Its name, or how many: "pc1", "14 computers", "3 role instances", "17 machines" */
export function whoText(machines: readonly Kinded[]): string {
  const [first] = machines;
  if (machines.length === 1 && first !== undefined) return first.name;
  const kinds = new Set(machines.map(({ kind }) => kind));
  const word = kinds.size > 1 ? 'machines' : kinds.has('role-instance') ? 'role instances' : 'computers';
  return `${machines.length} ${word}`;
}

/** "the computer", "the 14 computers" */
export function computers(count: number): string {
  return count === 1 ? 'the computer' : `the ${count} computers`;
}

/** As many names as an audit entry holds. */
export function namesOf(machines: readonly { readonly name: string }[]): string[] {
  return machines.slice(0, LIMITS.AUDIT_MACHINES_MAX.value).map(({ name }) => name);
}

/** What is done to a group or role. */
export function changeSentence(
  kind: 'group' | 'role',
  before: { readonly name: string },
  wanted: { readonly name?: string; readonly description?: string; readonly interconnected?: boolean },
): string {
  const thing = `the ${kind} ${before.name}`;
  const parts: string[] = [];
  if (wanted.name !== undefined) parts.push(`renames ${thing} to ${wanted.name}`);
  if (wanted.interconnected !== undefined) {
    parts.push(
      wanted.interconnected
        ? `lets the members of ${thing} reach each other`
        : `no longer lets the members of ${thing} reach each other`,
    );
  }
  if (wanted.description !== undefined) parts.push(`changes the description of ${thing}`);
  const sentence = `${parts.join(', ')}.`;
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
