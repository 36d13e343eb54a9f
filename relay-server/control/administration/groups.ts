/**
 * What an administrator does to one endpoint group.
 */
import type { GroupId } from '#protocol/ids.ts';
import { newId } from '../../random.ts';
import type { GroupChange, GroupRecord } from '../../store/records.ts';
import { applyChanges } from '../changes/apply.ts';
import type { AdministrationContext } from '../context.ts';
import type { SubscriptionDirectory } from '../subscription-directory.ts';

/** @throws CausewayError EXISTS_ALREADY */
export async function createGroup(
  context: AdministrationContext,
  home: SubscriptionDirectory,
  input: Pick<GroupRecord, 'name' | 'description' | 'interconnected'>,
): Promise<GroupRecord> {
  const id = newId<GroupId>(context.random);
  await applyChanges(context, home, [{ do: 'create-group', id, ...input }]);
  return home.groups.find(id);
}

/** @throws CausewayError NOT_FOUND, EXISTS_ALREADY, CHANGED_MEANWHILE */
export async function changeGroup(
  context: AdministrationContext,
  home: SubscriptionDirectory,
  nameOrId: string,
  change: GroupChange,
  expect?: number,
): Promise<GroupRecord> {
  const { steps } = await applyChanges(context, home, [{ do: 'change-group', group: nameOrId, ...change, expect }]);
  return home.groups.find(steps[0]?.id ?? nameOrId);
}

/** Its members become unassigned. @throws CausewayError NOT_FOUND, CHANGED_MEANWHILE */
export async function removeGroup(
  context: AdministrationContext,
  home: SubscriptionDirectory,
  nameOrId: string,
  expect?: number,
): Promise<void> {
  await applyChanges(context, home, [{ do: 'remove-group', group: nameOrId, expect }]);
}
