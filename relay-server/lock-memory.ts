/**
 * Remembers, in a file beside a lock key, the newest statement that its holder has signed, so that a server can
 * not have them sign on top of an older one. Nothing in it is secret.
 */
import { z } from 'zod';
import { CausewayError } from '#protocol/errors.ts';
import type { SubscriptionId } from '#protocol/ids.ts';
import { requireSeen } from '#protocol/lock/seen.ts';
import { peekStatement } from '#protocol/lock/statement.ts';
import type { LockView } from '#protocol/rest/lock.ts';
import { readIfThere, writeDurably } from '#runtime/durable-file.ts';

/** By subscription. */
const memory = z.record(z.string(), z.string());

/** @throws CausewayError LOCK_ROLLED_BACK, STATE_CORRUPT */
export async function requireSeenBy(keyPath: string, { statements, subscription }: LockView): Promise<void> {
  const seen = (await read(keyPath))[subscription.id];
  if (seen !== undefined) await requireSeen(statements, subscription.id, seen, fileBeside(keyPath));
}

/** @throws CausewayError STATE_CORRUPT, DISK_FULL, DIRECTORY_READ_ONLY */
export async function sawBy(keyPath: string, subscription: SubscriptionId, statement: string): Promise<void> {
  const all = { ...(await read(keyPath)), [subscription]: statement };
  await writeDurably(fileBeside(keyPath), `${JSON.stringify(all, null, 2)}\n`, 0o600);
}

async function read(keyPath: string): Promise<z.infer<typeof memory>> {
  const path = fileBeside(keyPath);
  const text = await readIfThere(path);
  if (text === undefined) return {};
  try {
    const all = memory.parse(JSON.parse(text));
    for (const statement of Object.values(all)) peekStatement(statement);
    return all;
  } catch (cause) {
    throw new CausewayError('STATE_CORRUPT', { path }, { cause });
  }
}

function fileBeside(keyPath: string): string {
  return `${keyPath}.seen`;
}
