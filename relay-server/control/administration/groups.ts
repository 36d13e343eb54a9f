/**
 * What an administrator does to endpoint groups.
 */
import type { GroupId } from '#protocol/ids.ts';
import { newId } from '../../random.ts';
import type { GroupChange, GroupRecord } from '../../store/records.ts';
import type { ControlContext } from '../context.ts';
import type { SubscriptionDirectory } from '../subscription-directory.ts';
import { applied, appliedTo, requirePresent } from './changes.ts';

/** @throws CausewayError EXISTS_ALREADY */
export function createGroup(
  context: ControlContext,
  subscription: SubscriptionDirectory,
  input: Pick<GroupRecord, 'name' | 'description' | 'interconnected'>,
): Promise<GroupRecord> {
  return context.turns.take(async () => {
    requirePresent(context, subscription);
    subscription.groups.requireFree(input.name);
    const group = { ...input, id: newId<GroupId>(context.random), subscription: subscription.id, version: 1 };
    const version = await context.store.createGroup(group);
    subscription.putGroup(group);
    applied(context, subscription, version);
    return group;
  });
}

/** @throws CausewayError NOT_FOUND, EXISTS_ALREADY */
export function changeGroup(
  context: ControlContext,
  subscription: SubscriptionDirectory,
  nameOrId: string,
  change: GroupChange,
): Promise<GroupRecord> {
  return context.turns.take(async () => {
    requirePresent(context, subscription);
    const before = subscription.groups.find(nameOrId);
    const group = { ...before, ...change, version: before.version + 1 };
    subscription.groups.requireFree(group.name, group.id);
    const version = await context.store.changeGroup(subscription.id, group.id, change);
    subscription.putGroup(group);
    const members = [...subscription.membersOf(group.id).after(undefined)];
    const reason = `The members of the group ${group.name} are no longer interconnected.`;
    appliedTo(context, subscription, version, before.interconnected && !group.interconnected ? members : [], reason);
    if (group.name !== before.name) context.notices.selfChanged(subscription, members);
    return group;
  });
}

/** Its members become unassigned. @throws CausewayError NOT_FOUND */
export function removeGroup(
  context: ControlContext,
  subscription: SubscriptionDirectory,
  nameOrId: string,
): Promise<void> {
  return context.turns.take(async () => {
    requirePresent(context, subscription);
    const group = subscription.groups.find(nameOrId);
    const ids = [...subscription.membersOf(group.id).after(undefined)].map((member) => member.id);
    const version = await context.store.removeGroup(subscription.id, group.id);
    subscription.deleteGroup(group);
    const members = ids.map((id) => subscription.findMachine(id));
    appliedTo(context, subscription, version, members, `The group ${group.name} was removed.`);
    context.notices.selfChanged(subscription, members);
  });
}
