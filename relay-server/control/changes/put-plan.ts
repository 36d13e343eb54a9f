/**
 * Shows in the directory what the store has accepted. What the directory learned meanwhile of machines
 * (when they were last seen) stays.
 */
import type { MachineRecord } from '../../store/records.ts';
import type { Directory } from '../directory.ts';
import type { SubscriptionDirectory } from '../subscription-directory.ts';
import type { Draft } from './draft.ts';

export function putPlan(directory: Directory, home: SubscriptionDirectory, draft: Draft): void {
  for (const { before } of draft.connectionChanges()) if (before !== undefined) home.deleteConnection(before);
  putMachines(directory, home, draft);
  // All that go or change leave their names first: two may have changed names with each other.
  for (const { before, after } of draft.groups.changes()) {
    if (before !== undefined && after !== undefined) home.groups.delete(before);
    else if (before !== undefined) home.deleteGroup(before);
  }
  for (const { before, after } of draft.roles.changes()) {
    if (before !== undefined && after !== undefined) home.roles.delete(before);
    else if (before !== undefined) home.deleteRole(before);
  }
  for (const { after } of draft.groups.changes()) if (after !== undefined) home.putGroup(after);
  for (const { after } of draft.roles.changes()) if (after !== undefined) home.putRole(after);
  for (const { after } of draft.connectionChanges()) if (after !== undefined) home.putConnection(after);
  const { dnsRoutes: _, ...record } = home.record;
  home.record = draft.dnsRoutes.length > 0 ? { ...record, dnsRoutes: draft.dnsRoutes } : record;
}

function putMachines(directory: Directory, home: SubscriptionDirectory, draft: Draft): void {
  const changes = [...draft.machines.changes()];
  const records: MachineRecord[] = [];
  for (const { before, after } of changes) {
    const now = before && home.machine(before.id);
    if (now === undefined) continue;
    // Its name is somebody else's now, perhaps.
    if (after?.name !== now.name) directory.deleteMachine(now);
    if (after !== undefined) records.push({ ...now, ...ofPolicy(after) } as MachineRecord);
  }
  for (const record of records) directory.putMachine(record);
}

/** What a change of policy can set. */
function ofPolicy(machine: MachineRecord): Partial<MachineRecord> {
  const { name, disabled, version } = machine;
  return { name, disabled, version, ...(machine.kind === 'local-endpoint' && { group: machine.group }) };
}
