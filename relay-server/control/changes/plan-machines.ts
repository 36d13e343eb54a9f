/**
 * What changes of machines come to, of one or of thousands.
 */
import { CausewayError } from '#protocol/errors.ts';
import type { GroupId, MachineId, RoleId } from '#protocol/ids.ts';
import type { PolicyChange } from '#protocol/rest/changes.ts';
import type { ChangedKind } from '#protocol/rest/watching.ts';
import type { GroupRecord, LocalEndpointRecord, MachineRecord } from '../../store/records.ts';
import type { Draft } from './draft.ts';
import { nothing, type Step } from './step.ts';
import { namesOf, whoText } from './words.ts';

type Change<Do extends PolicyChange['do']> = Extract<PolicyChange, { do: Do }>;

/** @throws CausewayError NOT_FOUND, ROLE_INSTANCE_IN_GROUP */
export function assign(draft: Draft, change: Change<'assign'>): Step {
  const group = change.group === null ? undefined : draft.groups.find(change.group);
  const found = findAll(draft, change.machines);
  if (group !== undefined && found.some(({ kind }) => kind === 'role-instance')) {
    throw new CausewayError('ROLE_INSTANCE_IN_GROUP');
  }
  const wanted = group?.id ?? null;
  // A role instance is in no group as it is: asking for that changes nothing.
  const moved = found.filter((machine) => machine.kind === 'local-endpoint' && machine.group !== wanted);
  if (moved.length === 0) return nothing(onlyId(found), `${inGroup(found, group)}, which is so already.`);
  const former = byGroup(moved as LocalEndpointRecord[]);
  const nameOf = (id: GroupId | null) => (id === null ? null : (draft.groups.get(id)?.name ?? id));
  const before = [...former].map(([id, members]) => ({
    group: nameOf(id),
    machines: members.length,
    names: namesOf(members),
  }));
  for (const machine of moved as LocalEndpointRecord[]) {
    draft.putMachine({ ...machine, group: wanted, version: machine.version + 1 });
  }
  const ids = moved.map(({ id }) => id);
  const [only] = moved.length === 1 ? (moved as LocalEndpointRecord[]) : [];
  return {
    id: onlyId(found),
    sentence: `${inGroup(moved, group)}.`,
    operations: [{ do: 'change-machines', ids, change: { group: wanted } }],
    told: {
      action: 'machine.assign',
      target: only ? targetOf(only) : group ? { kind: 'group', id: group.id, name: group.name } : null,
      before: only ? { group: nameOf(only.group) } : { groups: before },
      after: { group: group?.name ?? null, ...(!only && { machines: moved.length, names: namesOf(moved) }) },
    },
    undo: [...former].map(([id, members]) => ({ do: 'assign', machines: members.map((each) => each.id), group: id })),
    kinds: ['machines', 'groups'],
    rechecks: [{ machines: ids, reason: movedReason(moved, group) }],
    selfChanged: ids,
  };
}

/** @throws CausewayError NOT_FOUND */
export function setDisabled(draft: Draft, change: Change<'set-disabled'>): Step {
  const { disabled } = change;
  const found = findAll(draft, change.machines);
  const changed = found.filter((machine) => machine.disabled !== disabled);
  const verb = disabled ? 'Disables' : 'Enables';
  if (changed.length === 0) return nothing(onlyId(found), `${verb} ${whoText(found)}, which is so already.`);
  for (const machine of changed) draft.putMachine({ ...machine, disabled, version: machine.version + 1 });
  const ids = changed.map(({ id }) => id);
  return {
    id: onlyId(found),
    sentence: `${verb} ${whoText(changed)}.`,
    operations: [{ do: 'change-machines', ids, change: { disabled } }],
    told: {
      action: disabled ? 'machine.disable' : 'machine.enable',
      ...toldOf(changed, { disabled: !disabled }, { disabled }),
    },
    undo: [{ do: 'set-disabled', machines: ids, disabled: !disabled }],
    kinds: ['machines'],
    rechecks: disabled ? [{ machines: ids, reason: `${sentenceStart(changed)} disabled.` }] : [],
    selfChanged: ids,
  };
}

/** @throws CausewayError NOT_FOUND, NAME_TAKEN */
export function renameMachine(draft: Draft, change: Change<'rename-machine'>): Step {
  const { name } = change;
  const before = draft.machines.find(change.machine);
  if (before.name === name) return nothing(before.id, `${name} is called that already.`);
  if (draft.machines.named(name) !== undefined) throw new CausewayError('NAME_TAKEN', { name });
  const machine = { ...before, name, version: before.version + 1 };
  draft.putMachine(machine);
  return {
    id: machine.id,
    sentence: `Renames ${before.name} to ${name}.`,
    operations: [{ do: 'change-machines', ids: [machine.id], change: { name } }],
    told: { action: 'machine.rename', target: targetOf(machine), before: { name: before.name }, after: { name } },
    undo: [{ do: 'rename-machine', machine: machine.id, name: before.name }],
    kinds: ['machines'],
    selfChanged: [machine.id],
  };
}

/** They are cut off. @throws CausewayError NOT_FOUND */
export function removeMachines(draft: Draft, change: Change<'remove-machines'>): Step {
  const found = findAll(draft, change.machines);
  for (const machine of found) draft.deleteMachine(machine);
  const roles = new Set<RoleId>();
  for (const machine of found) if (machine.kind === 'role-instance') roles.add(machine.role);
  const kinds = new Set<ChangedKind>(['machines']);
  for (const machine of found) kinds.add(machine.kind === 'role-instance' ? 'roles' : 'groups');
  const [only] = found.length === 1 ? found : [];
  const was = only && { name: only.name, kind: only.kind, ipv4: only.ipv4, ipv6: only.ipv6, disabled: only.disabled };
  return {
    id: onlyId(found),
    sentence: `Removes ${whoText(found)}.`,
    operations: [{ do: 'remove-machines', ids: found.map(({ id }) => id) }],
    told: { action: 'machine.remove', ...toldOf(found, was ?? {}, null) },
    undo: [],
    whyNot: 'Machines that were removed have to be activated again, by their own keys.',
    kinds: [...kinds],
    rechecks: found.map(({ id, name }) => ({ machines: [id], reason: `${name} was removed.` })),
    roles: [...roles],
  };
}

/** Each once. */
function findAll(draft: Draft, namesOrIds: readonly string[]): MachineRecord[] {
  const found = new Map<MachineId, MachineRecord>();
  for (const nameOrId of namesOrIds) {
    const machine = draft.machines.find(nameOrId);
    found.set(machine.id, machine);
  }
  return [...found.values()];
}

function byGroup(machines: readonly LocalEndpointRecord[]): Map<GroupId | null, LocalEndpointRecord[]> {
  const groups = new Map<GroupId | null, LocalEndpointRecord[]>();
  for (const machine of machines) {
    const members = groups.get(machine.group);
    if (members === undefined) groups.set(machine.group, [machine]);
    else members.push(machine);
  }
  return groups;
}

function inGroup(machines: readonly MachineRecord[], group: GroupRecord | undefined): string {
  if (group !== undefined) return `Puts ${whoText(machines)} in the group ${group.name}`;
  return `Takes ${whoText(machines)} out of ${machines.length === 1 ? 'its group' : 'their groups'}`;
}

function movedReason(machines: readonly MachineRecord[], group: GroupRecord | undefined): string {
  const start = sentenceStart(machines);
  if (group !== undefined) return `${start} moved to the group ${group.name}.`;
  return `${start} taken out of ${machines.length === 1 ? 'its group' : 'their groups'}.`;
}

/** "pc1 was", "14 computers were" */
function sentenceStart(machines: readonly MachineRecord[]): string {
  return `${whoText(machines)} ${machines.length === 1 ? 'was' : 'were'}`;
}

function onlyId(machines: readonly MachineRecord[]): MachineId | undefined {
  return machines.length === 1 ? machines[0]?.id : undefined;
}

function targetOf({ id, name }: MachineRecord) {
  return { kind: 'machine', id, name };
}

function toldOf(
  machines: readonly MachineRecord[],
  before: Record<string, unknown>,
  after: Record<string, unknown> | null,
) {
  const [first] = machines;
  if (machines.length === 1 && first !== undefined) return { target: targetOf(first), before, after };
  return { target: null, before: { ...before, machines: machines.length, names: namesOf(machines) }, after };
}
