/**
 * What an administrator does to one machine, and how a machine leaves.
 */
import type { MachineId } from '#protocol/ids.ts';
import type { Label } from '#protocol/names.ts';
import type { PolicyChange } from '#protocol/rest/changes.ts';
import type { MachineRecord } from '../../store/records.ts';
import { applyChanges } from '../changes/apply.ts';
import type { AdministrationContext } from '../context.ts';
import type { SubscriptionDirectory } from '../subscription-directory.ts';

export interface MachineWish {
  readonly name?: Label | undefined;
  /** Name or id; null for none. */
  readonly group?: string | null | undefined;
  readonly disabled?: boolean | undefined;
}

/** @throws CausewayError NOT_FOUND, NAME_TAKEN, ROLE_INSTANCE_IN_GROUP, CHANGED_MEANWHILE */
export async function changeMachine(
  context: AdministrationContext,
  home: SubscriptionDirectory,
  nameOrId: string,
  wish: MachineWish,
  expect?: number,
): Promise<MachineRecord> {
  const condition = { expect: { kind: 'machine' as const, nameOrId, version: expect } };
  const { steps } = await applyChanges(context, home, changesOf(nameOrId, wish), condition);
  return home.findMachine(steps[0]?.id ?? nameOrId);
}

/** An administrator removes it, or it leaves by itself: it is cut off. @throws CausewayError NOT_FOUND, CHANGED_MEANWHILE */
export async function removeMachine(
  context: AdministrationContext,
  home: SubscriptionDirectory,
  nameOrId: string,
  expect?: number,
): Promise<void> {
  const condition = { expect: { kind: 'machine' as const, nameOrId, version: expect } };
  await applyChanges(context, home, [{ do: 'remove-machines', machines: [nameOrId] }], condition);
}

/** All or none of them. @throws CausewayError NOT_FOUND */
export async function removeMachines(
  context: AdministrationContext,
  home: SubscriptionDirectory,
  machines: readonly MachineId[],
): Promise<void> {
  await applyChanges(context, home, [{ do: 'remove-machines', machines: [...machines] }]);
}

/** Its new name comes last: until then it is found by the present one. */
function changesOf(machine: string, { name, group, disabled }: MachineWish): PolicyChange[] {
  return [
    ...(disabled === undefined ? [] : [{ do: 'set-disabled' as const, machines: [machine], disabled }]),
    ...(group === undefined ? [] : [{ do: 'assign' as const, machines: [machine], group }]),
    ...(name === undefined ? [] : [{ do: 'rename-machine' as const, machine, name }]),
  ];
}
