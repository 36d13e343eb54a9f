/** Which connections there can be, and in words why another one can not. Pure. */
import type { GroupId, RoleId } from '#protocol/ids.ts';
import { connectionKey } from '#protocol/policy.ts';
import type { Connection, Group, Role } from '../../api/shapes.ts';

/** A group or role, as one end of a line. */
export interface End {
  readonly kind: 'group' | 'role';
  readonly id: GroupId | RoleId;
  readonly name: string;
  /** Of a group: whether its members reach each other. */
  readonly interconnected: boolean;
}

export interface Impossible {
  /** A sentence for people. */
  readonly reason: string;
  /** What they may have meant. */
  readonly instead: 'interconnect' | null;
}

export type ConnectedPairs = ReadonlySet<string>;

export function connectedPairs(connections: readonly Connection[]): ConnectedPairs {
  return new Set(connections.map(({ a, b }) => connectionKey(a.id, b.id)));
}

export function groupEnd({ id, name, interconnected }: Group): End {
  return { kind: 'group', id, name, interconnected };
}

export function roleEnd({ id, name }: Role): End {
  return { kind: 'role', id, name, interconnected: false };
}

/** @returns null if the two can be connected; the order does not matter */
export function whyImpossible(a: End, b: End, connected: ConnectedPairs): Impossible | null {
  if (a.kind === 'role' && b.kind === 'role') {
    const reason =
      'Two roles can not be connected; put the computers that both need into a group, and connect each role to it.';
    return { reason, instead: null };
  }
  if (a.id === b.id) {
    const reason = 'Members of a group reach each other by its own switch';
    return a.interconnected
      ? { reason: `${reason}, and that of ${a.name} is on already.`, instead: null }
      : { reason: `${reason}; let go to switch it on for ${a.name}.`, instead: 'interconnect' };
  }
  if (connected.has(connectionKey(a.id, b.id))) {
    return { reason: `${a.name} and ${b.name} are connected already.`, instead: null };
  }
  return null;
}
