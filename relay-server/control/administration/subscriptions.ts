/**
 * What an administrator does to subscriptions.
 */
import { CausewayError } from '#protocol/errors.ts';
import type { SubscriptionId } from '#protocol/ids.ts';
import type { Label } from '#protocol/names.ts';
import { newId } from '../../random.ts';
import type { ControlContext } from '../context.ts';
import type { SubscriptionDirectory } from '../subscription-directory.ts';
import { applied, requirePresent } from './changes.ts';

/** @throws CausewayError EXISTS_ALREADY */
export function createSubscription(context: ControlContext, name: Label): Promise<SubscriptionDirectory> {
  return context.turns.take(async () => {
    requireFree(context, name);
    const id = newId<SubscriptionId>(context.random);
    const record = { id, name, createdAt: context.clock.now(), policyVersion: 1, version: 1 };
    await context.store.createSubscription(record);
    context.logger.info({ subscription: id, name }, 'subscription created');
    return context.directory.putSubscription(record);
  });
}

/** Its machines learn their new suffix. @throws CausewayError EXISTS_ALREADY */
export function renameSubscription(
  context: ControlContext,
  subscription: SubscriptionDirectory,
  name: Label,
): Promise<void> {
  return context.turns.take(async () => {
    requirePresent(context, subscription);
    if (name === subscription.record.name) return;
    requireFree(context, name);
    const version = await context.store.renameSubscription(subscription.id, name);
    context.directory.putSubscription({ ...subscription.record, name });
    applied(context, subscription, version);
    context.notices.selfChanged(subscription, subscription.machines.after(undefined));
  });
}

/** With all that is in it; its machines are cut off. */
export function removeSubscription(context: ControlContext, subscription: SubscriptionDirectory): Promise<void> {
  return context.turns.take(async () => {
    requirePresent(context, subscription);
    const machines = [...subscription.policy.machines.keys()];
    await context.store.removeSubscription(subscription.id);
    context.directory.deleteSubscription(subscription);
    context.notices.forget(subscription.id);
    for (const machine of machines) {
      for (const partner of context.grants.of(machine, 0)) context.grants.delete(machine, partner);
      context.notices.cutOff(subscription.id, machine, new CausewayError('AUTHENTICATION_FAILED'));
    }
    context.logger.info({ subscription: subscription.id, machines: machines.length }, 'subscription removed');
  });
}

function requireFree(context: ControlContext, name: Label): void {
  if (context.directory.hasName(name)) throw new CausewayError('EXISTS_ALREADY', { kind: 'subscription', name });
}
