/**
 * What changes of connections come to.
 */
import { CausewayError } from '#protocol/errors.ts';
import type { PolicyChange } from '#protocol/rest/changes.ts';
import type { NewSide } from '#protocol/rest/sides.ts';
import type { ConnectionRecord, Side } from '../../store/records.ts';
import type { Draft, SideId } from './draft.ts';
import { type Making, nothing, type Step } from './step.ts';

type Change<Do extends PolicyChange['do']> = Extract<PolicyChange, { do: Do }>;

/** @throws CausewayError NOT_FOUND, ROLE_TO_ROLE, GROUP_TO_ITSELF */
export function connect(draft: Draft, change: Change<'connect'>, making: Making): Step {
  const { group, other } = ordered(sideOf(draft, change.a), sideOf(draft, change.b));
  const between = `${draft.sideText(other)} to ${draft.sideText({ kind: 'group', id: group })}`;
  const there = draft.connectionBetween(group, other.id);
  if (there !== undefined) return nothing(there.id, `Connects ${between}, which is so already.`);
  const connection = { id: making.newId(), subscription: draft.home.id, group, other, createdAt: making.now };
  draft.putConnection(connection);
  return {
    id: connection.id,
    sentence: `Connects ${between}.`,
    operations: [{ do: 'connect', connection }],
    told: {
      action: 'connection.create',
      target: targetOf(draft, connection),
      before: null,
      after: sides(draft, connection),
    },
    undo: [{ ...connectionUndo(connection), do: 'disconnect' }],
    kinds: ['connections'],
  };
}

/** @throws CausewayError NOT_FOUND of a side, ROLE_TO_ROLE, GROUP_TO_ITSELF */
export function disconnect(draft: Draft, change: Change<'disconnect'>): Step {
  const { group, other } = ordered(sideOf(draft, change.a), sideOf(draft, change.b));
  const between = `${draft.sideText(other)} from ${draft.sideText({ kind: 'group', id: group })}`;
  const connection = draft.connectionBetween(group, other.id);
  if (connection === undefined) return nothing(undefined, `Disconnects ${between}, which is so already.`);
  draft.deleteConnection(connection);
  const far = draft.sideText(connection.other);
  const near = draft.sideText({ kind: 'group', id: connection.group });
  return {
    id: connection.id,
    sentence: `Disconnects ${between}.`,
    operations: [{ do: 'disconnect', id: connection.id }],
    told: {
      action: 'connection.remove',
      target: targetOf(draft, connection),
      before: sides(draft, connection),
      after: null,
    },
    undo: [connectionUndo(connection)],
    kinds: ['connections'],
    rechecks: [
      {
        // Every pair concerned has a member of this group.
        machines: draft.membersOf(connection.group).map(({ id }) => id),
        reason: `${far.charAt(0).toUpperCase()}${far.slice(1)} was disconnected from ${near}.`,
      },
    ],
  };
}

/** What connects the two again. */
export function connectionUndo({ group, other }: ConnectionRecord): Change<'connect'> {
  return { do: 'connect', a: { kind: other.kind, id: other.id }, b: { kind: 'group', id: group } };
}

/** What a connection joins `side` with. */
export function otherSideText(draft: Draft, { group, other }: ConnectionRecord, side: SideId): string {
  return draft.sideText(group === side ? other : { kind: 'group', id: group });
}

function sideOf(draft: Draft, wish: NewSide): Side {
  const nameOrId = 'id' in wish ? wish.id : wish.name;
  return wish.kind === 'group'
    ? { kind: 'group', id: draft.groups.find(nameOrId).id }
    : { kind: 'role', id: draft.roles.find(nameOrId).id };
}

function ordered(a: Side, b: Side): Pick<ConnectionRecord, 'group' | 'other'> {
  if (a.kind === 'group' && b.kind === 'group' && a.id === b.id) throw new CausewayError('GROUP_TO_ITSELF');
  if (a.kind === 'group') return { group: a.id, other: b };
  if (b.kind === 'group') return { group: b.id, other: a };
  throw new CausewayError('ROLE_TO_ROLE');
}

function sides(draft: Draft, { group, other }: ConnectionRecord) {
  return { a: draft.sideText({ kind: 'group', id: group }), b: draft.sideText(other) };
}

function targetOf(draft: Draft, connection: ConnectionRecord) {
  const { a, b } = sides(draft, connection);
  return { kind: 'connection', id: connection.id, name: `${a} and ${b}` };
}
