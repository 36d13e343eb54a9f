/**
 * What passes along the connections of a subscription now: pairs of machines, added up by the connection
 * or the interconnected group that lets them talk.
 */
import type { z } from 'zod';
import type { MachineId } from '#protocol/ids.ts';
import type { activity } from '#protocol/rest/watching.ts';
import type { PairRates } from './pair-rates.ts';
import type { SubscriptionDirectory } from './subscription-directory.ts';

interface Sum {
  readonly pairs: Set<string>;
  bytesPerSecond: number;
}

export function activityOf(home: SubscriptionDirectory, rates: PairRates): z.infer<typeof activity> {
  const connections = new Map<string, Sum>();
  const groups = new Map<string, Sum>();
  for (const { id } of home.connections()) connections.set(id, { pairs: new Set(), bytesPerSecond: 0 });
  for (const group of home.groups.byId.values()) {
    if (group.interconnected) groups.set(group.id, { pairs: new Set(), bytesPerSecond: 0 });
  }
  for (const { from, to, bytesPerSecond } of rates.of(home.id)) {
    const sum = sumOf(home, connections, groups, from, to);
    if (sum === undefined) continue;
    sum.pairs.add(from < to ? from + to : to + from);
    sum.bytesPerSecond += bytesPerSecond;
  }
  return { connections: shown(connections), groups: shown(groups) };
}

/** Undefined for a pair that nothing lets talk (any more). */
function sumOf(
  home: SubscriptionDirectory,
  connections: ReadonlyMap<string, Sum>,
  groups: ReadonlyMap<string, Sum>,
  from: MachineId,
  to: MachineId,
): Sum | undefined {
  const [sender, receiver] = [home.machine(from), home.machine(to)];
  const [a, b] = [sender && home.sideOf(sender), receiver && home.sideOf(receiver)];
  if (a === undefined || b === undefined) return undefined;
  if (a.id === b.id) return groups.get(a.id);
  return connections.get(home.connectionBetween(a.id, b.id)?.id ?? '');
}

function shown(sums: ReadonlyMap<string, Sum>): { id: string; pairs: number; bytesPerSecond: number }[] {
  return [...sums].map(([id, { pairs, bytesPerSecond }]) => ({ id, pairs: pairs.size, bytesPerSecond }));
}
