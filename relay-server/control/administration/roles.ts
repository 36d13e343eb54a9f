/**
 * What an administrator does to one role.
 */
import type { RoleId } from '#protocol/ids.ts';
import { newId } from '../../random.ts';
import type { RoleChange, RoleRecord } from '../../store/records.ts';
import { applyChanges } from '../changes/apply.ts';
import type { AdministrationContext } from '../context.ts';
import type { SubscriptionDirectory } from '../subscription-directory.ts';

/** @throws CausewayError EXISTS_ALREADY */
export async function createRole(
  context: AdministrationContext,
  home: SubscriptionDirectory,
  input: Pick<RoleRecord, 'name' | 'description'>,
): Promise<RoleRecord> {
  const id = newId<RoleId>(context.random);
  await applyChanges(context, home, [{ do: 'create-role', id, ...input }]);
  return home.roles.find(id);
}

/** @throws CausewayError NOT_FOUND, EXISTS_ALREADY, CHANGED_MEANWHILE */
export async function changeRole(
  context: AdministrationContext,
  home: SubscriptionDirectory,
  nameOrId: string,
  change: RoleChange,
  expect?: number,
): Promise<RoleRecord> {
  const { steps } = await applyChanges(context, home, [{ do: 'change-role', role: nameOrId, ...change, expect }]);
  return home.roles.find(steps[0]?.id ?? nameOrId);
}

/** With its instances, which are cut off, and its tokens. @throws CausewayError NOT_FOUND, CHANGED_MEANWHILE */
export async function removeRole(
  context: AdministrationContext,
  home: SubscriptionDirectory,
  nameOrId: string,
  expect?: number,
): Promise<void> {
  await applyChanges(context, home, [{ do: 'remove-role', role: nameOrId, expect }]);
}
