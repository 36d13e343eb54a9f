/**
 * What an administrator does to one connection: a link of the network policy.
 */
import { CausewayError } from '#protocol/errors.ts';
import type { NewSide } from '#protocol/rest/sides.ts';
import type { ConnectionRecord } from '../../store/records.ts';
import { applyChanges } from '../changes/apply.ts';
import { connectionUndo } from '../changes/plan-connections.ts';
import type { AdministrationContext } from '../context.ts';
import type { SubscriptionDirectory } from '../subscription-directory.ts';

/**
 * @returns the connection, and whether it is new: asking twice for the same is no error.
 * @throws CausewayError NOT_FOUND, ROLE_TO_ROLE, GROUP_TO_ITSELF
 */
export async function connect(
  context: AdministrationContext,
  home: SubscriptionDirectory,
  a: NewSide,
  b: NewSide,
): Promise<{ connection: ConnectionRecord; created: boolean }> {
  const { steps } = await applyChanges(context, home, [{ do: 'connect', a, b }]);
  return { connection: find(home, steps[0]?.id ?? ''), created: steps[0]?.done === true };
}

/** @throws CausewayError NOT_FOUND */
export async function disconnect(
  context: AdministrationContext,
  home: SubscriptionDirectory,
  id: string,
): Promise<void> {
  await applyChanges(context, home, [{ ...connectionUndo(find(home, id)), do: 'disconnect' }]);
}

function find(home: SubscriptionDirectory, id: string): ConnectionRecord {
  for (const connection of home.connections()) if (connection.id === id) return connection;
  throw new CausewayError('NOT_FOUND', { kind: 'connection', id });
}
