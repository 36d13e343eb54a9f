/**
 * What changes of endpoint groups come to.
 */
import type { GroupId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { PolicyChange } from '#protocol/rest/changes.ts';
import type { GroupChange, GroupRecord } from '../../store/records.ts';
import type { Draft } from './draft.ts';
import { connectionUndo, otherSideText } from './plan-connections.ts';
import { requireFreeId, requireFreeName } from './requirements.ts';
import { differing, type Making, nothing, type Step, valuesOf } from './step.ts';
import { changeSentence, computers, namesOf } from './words.ts';

type Change<Do extends PolicyChange['do']> = Extract<PolicyChange, { do: Do }>;

/** @throws CausewayError EXISTS_ALREADY */
export function createGroup(draft: Draft, change: Change<'create-group'>, making: Making): Step {
  const { name, description, interconnected } = change;
  requireFreeName(draft.groups, name);
  const id = change.id ?? (making.newId() as GroupId);
  requireFreeId(draft, 'group', id, making);
  const group: GroupRecord = { id, subscription: draft.home.id, name, description, interconnected, version: 1 };
  draft.groups.put(group);
  return {
    id,
    sentence: `Creates the group ${name}${interconnected ? ', whose members reach each other' : ''}.`,
    operations: [{ do: 'create-group', group }],
    told: {
      action: 'group.create',
      target: targetOf(group),
      before: null,
      after: { name, description, interconnected },
    },
    undo: [{ do: 'remove-group', group: id }],
    kinds: ['groups'],
  };
}

/** @throws CausewayError NOT_FOUND, EXISTS_ALREADY */
export function changeGroup(draft: Draft, change: Change<'change-group'>): Step {
  const before = draft.groups.find(change.group);
  const { name, description, interconnected } = change;
  const wanted: GroupChange = differing(before, { name, description, interconnected } as GroupChange);
  if (Object.keys(wanted).length === 0) return nothing(before.id, `The group ${before.name} is like that already.`);
  if (wanted.name !== undefined) requireFreeName(draft.groups, wanted.name, before.id);
  const group: GroupRecord = { ...before, ...wanted, version: before.version + 1 };
  draft.groups.put(group);
  const members = draft.membersOf(group.id).map(({ id }) => id);
  const cut = before.interconnected && !group.interconnected;
  const reason = `The members of the group ${group.name} are no longer interconnected.`;
  const was = valuesOf(before, wanted);
  return {
    id: group.id,
    sentence: changeSentence('group', before, wanted),
    operations: [{ do: 'change-group', id: group.id, change: wanted }],
    told: { action: 'group.change', target: targetOf(group), before: { ...was }, after: { ...wanted } },
    undo: [{ do: 'change-group', group: group.id, ...was }],
    kinds: wanted.name === undefined ? ['groups'] : ['groups', 'machines', 'connections'],
    rechecks: cut ? [{ machines: members, reason }] : [],
    selfChanged: wanted.name === undefined ? [] : members,
  };
}

/** Its members become unassigned. @throws CausewayError NOT_FOUND */
export function removeGroup(draft: Draft, change: Change<'remove-group'>): Step {
  const group = draft.groups.find(change.group);
  const members = draft.membersOf(group.id);
  const connections = draft.connectionsOf(group.id);
  for (const member of members) {
    if (member.kind === 'local-endpoint') draft.putMachine({ ...member, group: null, version: member.version + 1 });
  }
  for (const connection of connections) draft.deleteConnection(connection);
  draft.groups.delete(group);
  const ids = members.map(({ id }) => id);
  const { id, name, description, interconnected } = group;
  const what =
    ids.length === 0 ? '' : `; ${computers(ids.length)} in it ${ids.length === 1 ? 'is' : 'are'} in none then`;
  return {
    id,
    sentence: `Removes the group ${name}${what}.`,
    operations: [{ do: 'remove-group', id }],
    told: {
      action: 'group.remove',
      target: targetOf(group),
      before: {
        name,
        description,
        interconnected,
        connections: connections.map((each) => otherSideText(draft, each, id)),
        machines: ids.length,
        names: namesOf(members),
      },
      after: null,
    },
    undo: [
      { do: 'create-group', id, name, description, interconnected },
      ...chunked(ids).map((machines) => ({ do: 'assign' as const, machines, group: id })),
      ...connections.map(connectionUndo),
    ],
    kinds: [
      'groups',
      ...(ids.length > 0 ? ['machines' as const] : []),
      ...(connections.length > 0 ? ['connections' as const] : []),
    ],
    rechecks: [{ machines: ids, reason: `The group ${name} was removed.` }],
    selfChanged: ids,
  };
}

function targetOf({ id, name }: GroupRecord) {
  return { kind: 'group', id, name };
}

function chunked<Item>(items: readonly Item[]): Item[][] {
  const size = LIMITS.CHANGE_MACHINES_MAX.value;
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));
}
