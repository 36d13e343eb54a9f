/** What computers join that come by a token: a group, a role, or nothing yet. Pure. */
import type { Group, Role, Token } from '../../api/shapes.ts';

export type Joins = Pick<Token, 'group' | 'role'>;

/** As a list to choose from has it: `group:ID`, `role:ID`, or nothing. */
export function joinsOf(choice: string | null): { readonly group: string | null; readonly role: string | null } {
  const [kind, id = ''] = choice?.split(':') ?? [];
  return { group: kind === 'group' ? id : null, role: kind === 'role' ? id : null };
}

/** "group Laptops"; undefined for nothing. */
export function joinsWords(
  { group, role }: Joins,
  groups: readonly Pick<Group, 'id' | 'name'>[],
  roles: readonly Pick<Role, 'id' | 'name'>[],
): string | undefined {
  if (group !== null) return `group ${nameOf(groups, group)}`;
  if (role !== null) return `role ${nameOf(roles, role)}`;
  return undefined;
}

function nameOf(things: readonly { readonly id: string; readonly name: string }[], id: string): string {
  return things.find((thing) => thing.id === id)?.name ?? '(removed)';
}
