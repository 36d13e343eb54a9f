/**
 * What an administrator does to machines, and how a machine leaves.
 */
import { CausewayError } from '#protocol/errors.ts';
import type { GroupId } from '#protocol/ids.ts';
import type { Label } from '#protocol/names.ts';
import type { MachineChange, MachineRecord } from '../../store/records.ts';
import type { ControlContext } from '../context.ts';
import type { SubscriptionDirectory } from '../subscription-directory.ts';
import { applied, appliedTo, requirePresent } from './changes.ts';

export interface MachineWish {
  readonly name?: Label | undefined;
  /** Name or id; null for none. */
  readonly group?: string | null | undefined;
  readonly disabled?: boolean | undefined;
}

/** @throws CausewayError NOT_FOUND, NAME_TAKEN, ROLE_INSTANCE_IN_GROUP */
export function changeMachine(
  context: ControlContext,
  subscription: SubscriptionDirectory,
  nameOrId: string,
  wish: MachineWish,
): Promise<MachineRecord> {
  return context.turns.take(async () => {
    requirePresent(context, subscription);
    const before = subscription.findMachine(nameOrId);
    const change = checked(subscription, before, wish);
    const machine = { ...before, ...change };
    const version = await context.store.changeMachine(subscription.id, machine.id, change);
    // Seen meanwhile, perhaps: only what was changed is put over what is there now.
    const after = { ...subscription.findMachine(machine.id), ...change } as MachineRecord;
    context.directory.putMachine(after);
    appliedTo(context, subscription, version, [after], reasonOf(before, after, subscription));
    if (after.disabled && !before.disabled) {
      context.notices.cutOff(subscription.id, after.id, new CausewayError('MACHINE_DISABLED'));
    } else {
      context.notices.selfChanged(subscription, [after]);
    }
    return after;
  });
}

/** An administrator removes it: it is cut off. @throws CausewayError NOT_FOUND */
export function removeMachine(
  context: ControlContext,
  subscription: SubscriptionDirectory,
  nameOrId: string,
): Promise<void> {
  return context.turns.take(async () => {
    requirePresent(context, subscription);
    const machine = subscription.findMachine(nameOrId);
    const version = await context.store.removeMachine(subscription.id, machine.id);
    forgetMachine(context, subscription, machine, new CausewayError('AUTHENTICATION_FAILED'));
    applied(context, subscription, version);
    context.logger.info({ subscription: subscription.id, machine: machine.id, name: machine.name }, 'machine removed');
  });
}

/** After the store has forgotten it: out of the directory, its peers revoked, its connections closed. */
export function forgetMachine(
  context: ControlContext,
  subscription: SubscriptionDirectory,
  machine: MachineRecord,
  farewell: CausewayError,
): void {
  context.directory.deleteMachine(machine);
  // The machine itself hears that it is cut off, which says more than that its peers are gone.
  context.notices.cutOff(subscription.id, machine.id, farewell);
  context.notices.recheck(subscription, [machine.id], `${machine.name} was removed.`);
}

function checked(subscription: SubscriptionDirectory, machine: MachineRecord, wish: MachineWish): MachineChange {
  if (wish.name !== undefined && wish.name !== machine.name && subscription.machineByName(wish.name) !== undefined) {
    throw new CausewayError('NAME_TAKEN', { name: wish.name });
  }
  if (wish.group !== undefined && wish.group !== null && machine.kind === 'role-instance') {
    throw new CausewayError('ROLE_INSTANCE_IN_GROUP');
  }
  const group: GroupId | null | undefined =
    typeof wish.group === 'string' ? subscription.groups.find(wish.group).id : wish.group;
  return {
    ...(wish.name !== undefined && { name: wish.name }),
    ...(wish.disabled !== undefined && { disabled: wish.disabled }),
    // A role instance is in no group as it is: asking for that changes nothing.
    ...(group !== undefined && machine.kind === 'local-endpoint' && { group }),
  };
}

function reasonOf(before: MachineRecord, after: MachineRecord, subscription: SubscriptionDirectory): string {
  if (after.disabled && !before.disabled) return `${after.name} was disabled.`;
  const side = subscription.sideOf(after);
  return side === undefined
    ? `${after.name} was taken out of its group.`
    : `${after.name} was moved to the ${side.kind} ${side.name}.`;
}
