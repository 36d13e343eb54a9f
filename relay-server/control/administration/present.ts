/**
 * What every change meets first: a subscription that is still there.
 */
import { CausewayError } from '#protocol/errors.ts';
import type { ControlContext } from '../context.ts';
import type { SubscriptionDirectory } from '../subscription-directory.ts';

/** Inside a turn: whether it was not removed while the change waited. @throws CausewayError NOT_FOUND */
export function requirePresent(context: ControlContext, subscription: SubscriptionDirectory): void {
  if (context.directory.get(subscription.id) !== subscription) {
    throw new CausewayError('NOT_FOUND', { kind: 'subscription', id: subscription.id });
  }
}
