/**
 * Network policy: who may talk to whom. One pure function decides, for the control plane, for the
 * portal's "can A reach B?" and for tests; everything it does not allow is denied.
 */
import type { GroupId, MachineId, RoleId } from './ids.ts';

export type PolicyMachine =
  | {
      readonly kind: 'local-endpoint';
      readonly name: string;
      readonly group: GroupId | null;
      readonly disabled?: boolean;
    }
  | { readonly kind: 'role-instance'; readonly name: string; readonly role: RoleId; readonly disabled?: boolean };

export interface PolicyGroup {
  readonly name: string;
  /** Whether the members reach each other. */
  readonly interconnected: boolean;
}

export interface PolicyRole {
  readonly name: string;
}

/** All of one subscription. A machine of another subscription is simply not in it. */
export interface Policy {
  readonly machines: ReadonlyMap<MachineId, PolicyMachine>;
  readonly groups: ReadonlyMap<GroupId, PolicyGroup>;
  readonly roles: ReadonlyMap<RoleId, PolicyRole>;
  /** Connections by {@link connectionKey}. */
  readonly connections: ReadonlySet<ConnectionKey>;
}

export type ConnectionKey = string & { readonly __brand: 'ConnectionKey' };

/** Order does not matter: a connection works both ways. */
export function connectionKey(a: GroupId | RoleId, b: GroupId | RoleId): ConnectionKey {
  return (a < b ? `${a}|${b}` : `${b}|${a}`) as ConnectionKey;
}

export interface Verdict {
  readonly allowed: boolean;
  /** A sentence for people: why, and if denied, what is missing. */
  readonly reason: string;
}

/**
 * Whether the machines `a` and `b` may talk. Symmetric in the verdict; the sentence names them in the
 * order given. Ids that the policy does not hold are denied.
 */
export function evaluate(policy: Policy, a: MachineId, b: MachineId): Verdict {
  const from = policy.machines.get(a);
  const to = policy.machines.get(b);
  if (from === undefined || to === undefined) {
    return denied('One of the two is not a machine of this subscription.');
  }
  if (a === b) return denied(`${from.name} is the same machine; it needs no network to reach itself.`);
  for (const machine of [from, to]) {
    if (machine.disabled) return denied(`${machine.name} is disabled by an administrator.`);
  }
  if (from.kind === 'role-instance' && to.kind === 'role-instance') {
    return denied(
      `${from.name} and ${to.name} are both role instances; those reach each other by the cloud's own network, never through Causeway.`,
    );
  }
  for (const machine of [from, to]) {
    if (machine.kind === 'local-endpoint' && machine.group === null) {
      return denied(`${machine.name} is in no group yet, and an unassigned computer reaches nobody.`);
    }
  }
  const [left, right] = [sideOf(policy, from), sideOf(policy, to)];
  if (left.id === right.id) {
    return policy.groups.get(left.id as GroupId)?.interconnected
      ? allowed(`Both are in ${left.text}, whose members are interconnected.`)
      : denied(`Both are in ${left.text}, whose members are not interconnected.`);
  }
  return policy.connections.has(connectionKey(left.id, right.id))
    ? allowed(`${capital(left.text)} is connected to ${right.text}.`)
    : denied(`${capital(left.text)} (${from.name}) is not connected to ${right.text} (${to.name}).`);
}

/** The group or role through which a machine takes part. */
function sideOf(policy: Policy, machine: PolicyMachine): { id: GroupId | RoleId; text: string } {
  return machine.kind === 'role-instance'
    ? { id: machine.role, text: `the role ${policy.roles.get(machine.role)?.name ?? machine.role}` }
    : {
        id: machine.group as GroupId,
        text: `the group ${policy.groups.get(machine.group as GroupId)?.name ?? machine.group}`,
      };
}

function allowed(reason: string): Verdict {
  return { allowed: true, reason };
}

function denied(reason: string): Verdict {
  return { allowed: false, reason };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
