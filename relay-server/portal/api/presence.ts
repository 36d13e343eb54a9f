/**
 * Machines that came or went, written into the answers that the pages already hold: a table of 10,000
 * need not be fetched again because one laptop was closed.
 */
import type { QueryClient } from '@tanstack/react-query';
import type { LiveEvent } from './shapes.ts';

export type PresenceEvent = Extract<LiveEvent, { type: 'presence' }>;
type Presence = PresenceEvent['machines'][number];

export function applyPresence(queryClient: QueryClient, { machines }: PresenceEvent): void {
  const byId = new Map(machines.map((machine) => [String(machine.id), machine]));
  queryClient.setQueriesData({ queryKey: ['machines'] }, (data: unknown) => withPresence(data, byId));
}

/** @returns the same object where nothing in it has changed */
export function withPresence(data: unknown, machines: ReadonlyMap<string, Presence>): unknown {
  if (Array.isArray(data)) {
    const next = data.map((item) => withPresence(item, machines));
    return next.some((item, index) => item !== data[index]) ? next : data;
  }
  if (typeof data !== 'object' || data === null) return data;
  if ('id' in data && 'online' in data) return machineWithPresence(data, machines.get(String(data.id)));
  for (const list of ['pages', 'items'] as const) {
    const held: unknown = Reflect.get(data, list);
    if (held === undefined) continue;
    const next = withPresence(held, machines);
    return next === held ? data : { ...data, [list]: next };
  }
  return data;
}

function machineWithPresence(machine: { online: unknown }, presence: Presence | undefined): unknown {
  if (presence === undefined) return machine;
  const { online, relay } = presence;
  const shownRelay: unknown = Reflect.get(machine, 'relay');
  if (machine.online === online && (shownRelay === undefined || shownRelay === relay)) return machine;
  return { ...machine, online, ...(shownRelay === undefined ? {} : { relay }) };
}
