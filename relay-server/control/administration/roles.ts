/**
 * What an administrator does to roles.
 */
import { CausewayError } from '#protocol/errors.ts';
import type { RoleId } from '#protocol/ids.ts';
import { newId } from '../../random.ts';
import type { RoleChange, RoleRecord } from '../../store/records.ts';
import type { ControlContext } from '../context.ts';
import type { SubscriptionDirectory } from '../subscription-directory.ts';
import { applied, requirePresent } from './changes.ts';
import { forgetMachine } from './machines.ts';

/** @throws CausewayError EXISTS_ALREADY */
export function createRole(
  context: ControlContext,
  subscription: SubscriptionDirectory,
  input: Pick<RoleRecord, 'name' | 'description'>,
): Promise<RoleRecord> {
  return context.turns.take(async () => {
    requirePresent(context, subscription);
    subscription.roles.requireFree(input.name);
    const role = { ...input, id: newId<RoleId>(context.random), subscription: subscription.id, version: 1 };
    const version = await context.store.createRole(role);
    subscription.putRole(role);
    applied(context, subscription, version);
    return role;
  });
}

/** @throws CausewayError NOT_FOUND, EXISTS_ALREADY */
export function changeRole(
  context: ControlContext,
  subscription: SubscriptionDirectory,
  nameOrId: string,
  change: RoleChange,
): Promise<RoleRecord> {
  return context.turns.take(async () => {
    requirePresent(context, subscription);
    const before = subscription.roles.find(nameOrId);
    const role = { ...before, ...change, version: before.version + 1 };
    subscription.roles.requireFree(role.name, role.id);
    const version = await context.store.changeRole(subscription.id, role.id, change);
    subscription.putRole(role);
    applied(context, subscription, version);
    if (role.name !== before.name) {
      context.notices.selfChanged(subscription, subscription.membersOf(role.id).after(undefined));
    }
    return role;
  });
}

/** With its instances, which are cut off, and its tokens. @throws CausewayError NOT_FOUND */
export function removeRole(
  context: ControlContext,
  subscription: SubscriptionDirectory,
  nameOrId: string,
): Promise<void> {
  return context.turns.take(async () => {
    requirePresent(context, subscription);
    const role = subscription.roles.find(nameOrId);
    const version = await context.store.removeRole(subscription.id, role.id);
    for (const instance of [...subscription.membersOf(role.id).after(undefined)]) {
      forgetMachine(context, subscription, instance, new CausewayError('AUTHENTICATION_FAILED'));
    }
    subscription.deleteRole(role);
    applied(context, subscription, version);
  });
}
