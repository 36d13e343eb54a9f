/**
 * What changes of roles come to.
 */
import type { RoleId } from '#protocol/ids.ts';
import type { PolicyChange } from '#protocol/rest/changes.ts';
import type { RoleChange, RoleRecord } from '../../store/records.ts';
import type { Draft } from './draft.ts';
import { connectionUndo, otherSideText } from './plan-connections.ts';
import { requireFreeId, requireFreeName } from './requirements.ts';
import { differing, type Making, nothing, type Step, valuesOf } from './step.ts';
import { changeSentence, namesOf } from './words.ts';

type Change<Do extends PolicyChange['do']> = Extract<PolicyChange, { do: Do }>;

/** @throws CausewayError EXISTS_ALREADY */
export function createRole(draft: Draft, change: Change<'create-role'>, making: Making): Step {
  const { name, description } = change;
  requireFreeName(draft.roles, name);
  const id = change.id ?? (making.newId() as RoleId);
  requireFreeId(draft, 'role', id, making);
  const role: RoleRecord = { id, subscription: draft.home.id, name, description, version: 1 };
  draft.roles.put(role);
  return {
    id,
    sentence: `Creates the role ${name}.`,
    operations: [{ do: 'create-role', role }],
    told: { action: 'role.create', target: targetOf(role), before: null, after: { name, description } },
    undo: [{ do: 'remove-role', role: id }],
    kinds: ['roles'],
  };
}

/** @throws CausewayError NOT_FOUND, EXISTS_ALREADY */
export function changeRole(draft: Draft, change: Change<'change-role'>): Step {
  const before = draft.roles.find(change.role);
  const { name, description } = change;
  const wanted: RoleChange = differing(before, { name, description } as RoleChange);
  if (Object.keys(wanted).length === 0) return nothing(before.id, `The role ${before.name} is like that already.`);
  if (wanted.name !== undefined) requireFreeName(draft.roles, wanted.name, before.id);
  const role: RoleRecord = { ...before, ...wanted, version: before.version + 1 };
  draft.roles.put(role);
  const was = valuesOf(before, wanted);
  return {
    id: role.id,
    sentence: changeSentence('role', before, wanted),
    operations: [{ do: 'change-role', id: role.id, change: wanted }],
    told: { action: 'role.change', target: targetOf(role), before: { ...was }, after: { ...wanted } },
    undo: [{ do: 'change-role', role: role.id, ...was }],
    kinds: wanted.name === undefined ? ['roles'] : ['roles', 'machines', 'connections'],
    selfChanged: wanted.name === undefined ? [] : draft.membersOf(role.id).map(({ id }) => id),
  };
}

/** With its instances, which are cut off, and its tokens. @throws CausewayError NOT_FOUND */
export function removeRole(draft: Draft, change: Change<'remove-role'>): Step {
  const role = draft.roles.find(change.role);
  const instances = draft.membersOf(role.id);
  const connections = draft.connectionsOf(role.id);
  for (const instance of instances) draft.deleteMachine(instance);
  for (const connection of connections) draft.deleteConnection(connection);
  draft.roles.delete(role);
  const { id, name, description } = role;
  const count = instances.length;
  const many = `${count} ${count === 1 ? 'instance' : 'instances'}`;
  return {
    id,
    sentence: `Removes the role ${name} with its activation tokens${count === 0 ? '' : ` and its ${many}`}.`,
    operations: [{ do: 'remove-role', id }],
    told: {
      action: 'role.remove',
      target: targetOf(role),
      before: {
        name,
        description,
        connections: connections.map((each) => otherSideText(draft, each, id)),
        machines: count,
        names: namesOf(instances),
      },
      after: null,
    },
    undo: [{ do: 'create-role', id, name, description }, ...connections.map(connectionUndo)],
    ...(count > 0 && {
      whyNot: `The role ${name} goes with its ${many}, and machines that were removed have to be activated again.`,
    }),
    kinds: [
      'roles',
      'tokens',
      ...(count > 0 ? (['machines'] as const) : []),
      ...(connections.length > 0 ? (['connections'] as const) : []),
    ],
    rechecks: instances.map((instance) => ({ machines: [instance.id], reason: `${instance.name} was removed.` })),
  };
}

function targetOf({ id, name }: RoleRecord) {
  return { kind: 'role', id, name };
}
