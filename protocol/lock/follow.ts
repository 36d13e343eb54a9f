/**
 * Follows the lock of a subscription step by step, as a server tells it. What is held is changed by nothing
 * but the signature of a key that it trusts, or by one of its recovery secrets.
 */
import type { LockStep } from '../control-messages.ts';
import { CausewayError } from '../errors.ts';
import type { SubscriptionId } from '../ids.ts';
import { LIMITS } from '../limits.ts';
import { releases } from './recovery.ts';
import { followStatement, isLocked, type LockPin } from './statement.ts';

/** @throws CausewayError LOCK_STATEMENT_REFUSED; what was held goes on to be held then. */
export async function followStep(
  pin: LockPin | undefined,
  subscription: SubscriptionId,
  step: LockStep,
): Promise<LockPin> {
  if (step.kind === 'statement') return followStatement(pin, subscription, step.text);
  const refused = (issue: string) => new CausewayError('LOCK_STATEMENT_REFUSED', { issue });
  if (!isLocked(pin) || step.sequence <= pin.sequence) throw refused('it releases a lock that is not held');
  if (!releases(step.secret, pin.held)) throw refused('it releases the lock without one of its recovery secrets');
  return { sequence: step.sequence, held: null };
}

/**
 * Asks for what comes after the pin until there is no more.
 * @param ask for the step that follows a number.
 * @throws CausewayError LOCK_STATEMENT_REFUSED, and what `ask` throws
 */
export async function followLock(
  pin: LockPin | undefined,
  subscription: SubscriptionId,
  ask: (after: number) => Promise<readonly LockStep[]>,
): Promise<LockPin | undefined> {
  let reached = pin;
  for (let steps = 0; steps < LIMITS.LOCK_STEPS_MAX.value; steps++) {
    const [step] = await ask(reached?.sequence ?? 0);
    if (step === undefined) return reached;
    reached = await followStep(reached, subscription, step);
  }
  throw new CausewayError('LOCK_STATEMENT_REFUSED', { issue: 'there is no end to it' });
}
