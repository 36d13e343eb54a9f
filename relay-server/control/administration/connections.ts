/**
 * What an administrator does to connections: the links of the network policy.
 */
import { CausewayError } from '#protocol/errors.ts';
import { newId } from '../../random.ts';
import type { ConnectionRecord, Side } from '../../store/records.ts';
import type { ControlContext } from '../context.ts';
import type { SubscriptionDirectory } from '../subscription-directory.ts';
import { applied, appliedTo, requirePresent } from './changes.ts';

/** A group or role by its id or name. */
export interface SideWish {
  readonly kind: Side['kind'];
  readonly nameOrId: string;
}

/**
 * @returns the connection, and whether it is new: asking twice for the same is no error.
 * @throws CausewayError NOT_FOUND, ROLE_TO_ROLE, GROUP_TO_ITSELF
 */
export function connect(
  context: ControlContext,
  subscription: SubscriptionDirectory,
  a: SideWish,
  b: SideWish,
): Promise<{ connection: ConnectionRecord; created: boolean }> {
  return context.turns.take(async () => {
    requirePresent(context, subscription);
    const sides = ordered(findSide(subscription, a), findSide(subscription, b));
    const there = subscription.connectionBetween(sides.group, sides.other.id);
    if (there !== undefined) return { connection: there, created: false };
    const connection = {
      ...sides,
      id: newId<string>(context.random),
      subscription: subscription.id,
      createdAt: context.clock.now(),
    };
    const version = await context.store.connect(connection);
    subscription.putConnection(connection);
    applied(context, subscription, version);
    return { connection, created: true };
  });
}

/** @throws CausewayError NOT_FOUND */
export function disconnect(context: ControlContext, subscription: SubscriptionDirectory, id: string): Promise<void> {
  return context.turns.take(async () => {
    requirePresent(context, subscription);
    const connection = [...subscription.connections()].find((candidate) => candidate.id === id);
    if (connection === undefined) throw new CausewayError('NOT_FOUND', { kind: 'connection', id });
    const version = await context.store.disconnect(subscription.id, id);
    subscription.deleteConnection(connection);
    const [group, other] = [{ kind: 'group', id: connection.group } as const, connection.other];
    const reason = `The ${sideName(subscription, other)} was disconnected from the ${sideName(subscription, group)}.`;
    // Every pair concerned has a member of this group.
    appliedTo(context, subscription, version, subscription.membersOf(connection.group).after(undefined), reason);
  });
}

function findSide(subscription: SubscriptionDirectory, wish: SideWish): Side {
  return wish.kind === 'group'
    ? { kind: 'group', id: subscription.groups.find(wish.nameOrId).id }
    : { kind: 'role', id: subscription.roles.find(wish.nameOrId).id };
}

function ordered(a: Side, b: Side): Pick<ConnectionRecord, 'group' | 'other'> {
  if (a.kind === 'group' && b.kind === 'group' && a.id === b.id) throw new CausewayError('GROUP_TO_ITSELF');
  if (a.kind === 'group') return { group: a.id, other: b };
  if (b.kind === 'group') return { group: b.id, other: a };
  throw new CausewayError('ROLE_TO_ROLE');
}

function sideName(subscription: SubscriptionDirectory, side: Side): string {
  const record = side.kind === 'group' ? subscription.groups.byId.get(side.id) : subscription.roles.byId.get(side.id);
  return `${side.kind} ${record?.name ?? side.id}`;
}
