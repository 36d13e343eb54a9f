/**
 * What all changes share: they meet a subscription that is still there, and afterwards everybody
 * concerned is told.
 */
import { CausewayError } from '#protocol/errors.ts';
import type { MachineRecord } from '../../store/records.ts';
import type { ControlContext } from '../context.ts';
import type { SubscriptionDirectory } from '../subscription-directory.ts';

/** Inside a turn: whether it was not removed while the change waited. @throws CausewayError NOT_FOUND */
export function requirePresent(context: ControlContext, subscription: SubscriptionDirectory): void {
  if (context.directory.get(subscription.id) !== subscription) {
    throw new CausewayError('NOT_FOUND', { kind: 'subscription', id: subscription.id });
  }
}

/** After the store has accepted a change and the directory shows it. */
export function applied(context: ControlContext, subscription: SubscriptionDirectory, policyVersion: number): void {
  subscription.record = { ...subscription.record, policyVersion };
  context.notices.policyChanged(subscription);
}

/**
 * As {@link applied}, for changes that can take something away.
 * @param machines one of whom every pair concerned has.
 * @param reason a sentence on what was done, for the machines' owners.
 */
export function appliedTo(
  context: ControlContext,
  subscription: SubscriptionDirectory,
  policyVersion: number,
  machines: Iterable<MachineRecord>,
  reason: string,
): void {
  applied(context, subscription, policyVersion);
  const ids = Array.from(machines, (machine) => machine.id);
  context.notices.recheck(subscription, ids, reason);
}
