/**
 * What a key holder remembers of a lock between two signatures. A server could show them the lock of an earlier
 * day: what they sign on top of that counts, for its number is the greatest, and brings back each key and each
 * machine that was taken out since.
 */
import { CausewayError } from '../errors.ts';
import type { SubscriptionId } from '../ids.ts';
import { followStatement, type LockPin, peekStatement } from './statement.ts';

/**
 * That what is shown follows from what was seen last, or is the same.
 * @param shown statements, oldest first
 * @param seen the statement that was signed or seen last
 * @param path where that is remembered, for people
 * @throws CausewayError LOCK_ROLLED_BACK
 */
export async function requireSeen(
  shown: readonly string[],
  subscription: SubscriptionId,
  seen: string,
  path: string,
): Promise<void> {
  const held = peekStatement(seen);
  const refused = () => new CausewayError('LOCK_ROLLED_BACK', { seen: held.sequence, path });
  let pin: LockPin = { sequence: held.sequence, held };
  let met = false;
  for (const text of shown) {
    const { sequence } = peekStatement(text);
    if (sequence === held.sequence && text !== seen) throw refused();
    met ||= sequence >= held.sequence;
    if (sequence <= held.sequence) continue;
    pin = await followStatement(pin, subscription, text).catch(() => Promise.reject(refused()));
  }
  if (!met) throw refused();
}
