/**
 * Whom policy lets one machine reach, a page at a time by name, with what passes between them: for
 * people. What machines themselves are told is peers.ts.
 */
import type { z } from 'zod';
import type { MachinePeer, machinePeersQuery } from '#protocol/rest/machines.ts';
import type { MachineRecord } from '../store/records.ts';
import type { PairRates } from './pair-rates.ts';
import type { SessionContext } from './session.ts';
import type { SubscriptionDirectory } from './subscription-directory.ts';

type Query = z.infer<typeof machinePeersQuery>;

/** A machine that is disabled reaches nobody. */
export function machinePeers(
  context: SessionContext,
  home: SubscriptionDirectory,
  machine: MachineRecord,
  rates: PairRates,
  query: Query,
): { items: MachinePeer[]; next: string | null } {
  const found = reachable(home, machine, query);
  const roundTrips = new Map(context.reports.of(machine.id)?.status.peers.map((peer) => [peer.id, peer.roundTripMs]));
  const here = context.presence.isOnline(machine.id);
  const items = found.slice(0, query.limit).map((peer): MachinePeer => {
    const { id, name, ipv4, ipv6 } = peer;
    return {
      id,
      name,
      ipv4,
      ipv6,
      memberOf: home.sideOf(peer)?.name ?? '',
      online: context.presence.isOnline(id),
      receivedPerSecond: rates.between(home.id, id, machine.id) ?? null,
      sentPerSecond: rates.between(home.id, machine.id, id) ?? null,
      roundTripMs: here ? (roundTrips.get(id) ?? null) : null,
    };
  });
  return { items, next: found.length > query.limit ? (items.at(-1)?.name ?? null) : null };
}

/** By name; one more than the page holds, if there are more. No side can fill more than that. */
function reachable(home: SubscriptionDirectory, machine: MachineRecord, query: Query): MachineRecord[] {
  const side = home.sideOf(machine);
  if (side === undefined || machine.disabled) return [];
  const search = query.search?.toLowerCase();
  const found: MachineRecord[] = [];
  for (const reached of home.reachableSides(side)) {
    let taken = 0;
    for (const peer of home.membersOf(reached).after(query.after?.toLowerCase())) {
      if (peer.disabled || peer.id === machine.id) continue;
      if (search !== undefined && !matches(home, peer, search)) continue;
      found.push(peer);
      if (++taken > query.limit) break;
    }
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1)).slice(0, query.limit + 1);
}

function matches(home: SubscriptionDirectory, peer: MachineRecord, search: string): boolean {
  const { name, ipv4, ipv6 } = peer;
  const memberOf = home.sideOf(peer)?.name.toLowerCase() ?? '';
  return [name, ipv4, ipv6, memberOf].some((text) => text.includes(search));
}
