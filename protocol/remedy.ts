/**
 * What would let two machines talk that policy keeps apart: the fewest changes, where there is one way
 * and no guess. Pure, beside the function that decides (policy.ts).
 */
import type { GroupId, MachineId, RoleId } from './ids.ts';
import { connectionKey, evaluate, type Policy, type PolicyMachine } from './policy.ts';
import type { PolicyChange } from './rest/changes.ts';

export interface Remedy {
  /** What to do, for people. */
  readonly sentence: string;
  /** The changes that do it; empty where somebody has to choose first. */
  readonly changes: readonly PolicyChange[];
}

type Side = { readonly kind: 'group'; readonly id: GroupId } | { readonly kind: 'role'; readonly id: RoleId };
interface Way {
  /** Without its beginning: "connect the role Web to the group SQL servers" */
  readonly words: string;
  /** null: somebody has to choose. */
  readonly changes: readonly PolicyChange[] | null;
}

/** @returns null if they may talk, or if nothing would let them. */
export function remedyFor(policy: Policy, a: MachineId, b: MachineId): Remedy | null {
  const [from, to] = [policy.machines.get(a), policy.machines.get(b)];
  if (from === undefined || to === undefined || a === b || evaluate(policy, a, b).allowed) return null;
  if (from.kind === 'role-instance' && to.kind === 'role-instance') return null;
  const ways: Way[] = [];
  for (const [id, machine] of [
    [a, from],
    [b, to],
  ] as const) {
    if (!machine.disabled) continue;
    ways.push({ words: `enable ${machine.name}`, changes: [{ do: 'set-disabled', machines: [id], disabled: false }] });
  }
  const join = wayTo(policy, [a, from], [b, to]);
  if (join !== null) ways.push(join);
  const sentence = `${ways.map(({ words }) => words).join(', and ')}.`;
  const changes = ways.some((way) => way.changes === null) ? [] : ways.flatMap((way) => way.changes ?? []);
  return { sentence: sentence.charAt(0).toUpperCase() + sentence.slice(1), changes };
}

/** What brings their sides together; null if they are together. */
function wayTo(
  policy: Policy,
  a: readonly [MachineId, PolicyMachine],
  b: readonly [MachineId, PolicyMachine],
): Way | null {
  const [left, right] = [sideOf(a[1]), sideOf(b[1])];
  if (left === null && right === null) {
    const words = `put ${a[1].name} and ${b[1].name} in one group that is interconnected, or in two that are connected`;
    return { words, changes: null };
  }
  if (left === null) return wayIntoGroup(policy, a, b[1], right as Side);
  if (right === null) return wayIntoGroup(policy, b, a[1], left);
  if (linked(policy, left, right)) return null;
  if (left.id === right.id) {
    const group = left.id as GroupId;
    return {
      words: `let the members of ${sideText(policy, left)} reach each other`,
      changes: [{ do: 'change-group', group, interconnected: true }],
    };
  }
  return {
    words: `connect ${sideText(policy, left)} to ${sideText(policy, right)}`,
    changes: [{ do: 'connect', a: left, b: right }],
  };
}

/** Of an unassigned computer: which group it belongs in can only be told if there is one that would do. */
function wayIntoGroup(
  policy: Policy,
  [id, machine]: readonly [MachineId, PolicyMachine],
  other: PolicyMachine,
  side: Side,
): Way {
  const fitting = [...policy.groups.keys()].filter((group) => linked(policy, { kind: 'group', id: group }, side));
  const [only] = fitting;
  if (fitting.length === 1 && only !== undefined) {
    return {
      words: `put ${machine.name} in ${sideText(policy, { kind: 'group', id: only })}`,
      changes: [{ do: 'assign', machines: [id], group: only }],
    };
  }
  const place = sideText(policy, side);
  const words =
    fitting.length > 1
      ? `put ${machine.name} in one of the ${fitting.length} groups whose members reach ${place}, to which ${other.name} belongs`
      : `put ${machine.name} in a group, and connect that to ${place}, to which ${other.name} belongs`;
  return { words, changes: null };
}

function sideOf(machine: PolicyMachine): Side | null {
  if (machine.kind === 'role-instance') return { kind: 'role', id: machine.role };
  return machine.group === null ? null : { kind: 'group', id: machine.group };
}

function linked(policy: Policy, a: Side, b: Side): boolean {
  if (a.id === b.id) return policy.groups.get(a.id as GroupId)?.interconnected === true;
  return policy.connections.has(connectionKey(a.id, b.id));
}

function sideText(policy: Policy, side: Side): string {
  const found = side.kind === 'group' ? policy.groups.get(side.id) : policy.roles.get(side.id);
  return `the ${side.kind} ${found?.name ?? side.id}`;
}
