/**
 * What has to be so before a change may be made.
 */
import { CausewayError } from '#protocol/errors.ts';
import type { GroupId, RoleId } from '#protocol/ids.ts';
import type { Draft } from './draft.ts';
import type { Overlay } from './overlay.ts';
import type { Making } from './step.ts';

/**
 * @param self may keep its own name.
 * @throws CausewayError EXISTS_ALREADY
 */
export function requireFreeName<Id extends string, Item extends { readonly id: Id; readonly name: string }>(
  things: Overlay<Id, Item>,
  name: string,
  self?: Id,
): void {
  const holder = things.named(name);
  if (holder !== undefined && holder.id !== self) {
    throw new CausewayError('EXISTS_ALREADY', { kind: things.kind, name: holder.name });
  }
}

/**
 * An id that a client chose must be nobody's, neither a group's nor a role's: members and connections
 * are found by it alone.
 * @throws CausewayError EXISTS_ALREADY
 */
export function requireFreeId(draft: Draft, kind: 'group' | 'role', id: GroupId | RoleId, making: Making): void {
  const [group, role] = [draft.groups, draft.roles] as const;
  const here = group.get(id as GroupId) ?? role.get(id as RoleId);
  // One that was removed earlier in the batch is free again.
  const elsewhere = !group.isChanged(id as GroupId) && !role.isChanged(id as RoleId) && making.isTaken(id);
  if (here !== undefined || elsewhere) throw new CausewayError('EXISTS_ALREADY', { kind, name: here?.name ?? id });
}
