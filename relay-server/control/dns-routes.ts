/**
 * On-premises DNS suffixes as one machine is told them: those with a DNS server that policy lets it reach.
 * Whose answer a change of the policy has changed is found by comparing before and after.
 */
import type { DnsRoute } from '#protocol/dns-routes.ts';
import type { MachineId } from '#protocol/ids.ts';
import { evaluate } from '#protocol/policy.ts';
import type { MachineRecord } from '../store/records.ts';
import type { SubscriptionDirectory } from './subscription-directory.ts';

/** Servers by their addresses, which stay when they are renamed; the IPv4 ones first. */
export function dnsRoutesOf(home: SubscriptionDirectory, machine: MachineRecord): DnsRoute[] {
  return (home.record.dnsRoutes ?? []).flatMap(({ suffix, servers, machines }) => {
    if (machines === 'role-instances' && machine.kind !== 'role-instance') return [];
    const reached = servers
      .flatMap((name) => home.machineByName(name) ?? [])
      .filter((server) => evaluate(home.policy, machine.id, server.id).allowed);
    if (reached.length === 0) return [];
    return [{ suffix, servers: [...reached.map(({ ipv4 }) => ipv4), ...reached.map(({ ipv6 }) => ipv6)] }];
  });
}

/** Every machine that is told any, with what it is told. Costs nothing where no suffix is routed. */
export function toldDnsRoutes(home: SubscriptionDirectory): ReadonlyMap<MachineId, string> {
  const told = new Map<MachineId, string>();
  const names = new Set((home.record.dnsRoutes ?? []).flatMap(({ servers }) => servers));
  for (const name of names) {
    const server = home.machineByName(name);
    const side = server && home.sideOf(server);
    for (const reached of side === undefined ? [] : home.reachableSides(side)) {
      for (const machine of home.membersOf(reached).after(undefined)) {
        if (told.has(machine.id)) continue;
        const routes = dnsRoutesOf(home, machine);
        if (routes.length > 0) told.set(machine.id, JSON.stringify(routes));
      }
    }
  }
  return told;
}

/** Machines of which the one says something else than the other. */
export function toldOtherwise(
  before: ReadonlyMap<MachineId, string>,
  after: ReadonlyMap<MachineId, string>,
): MachineId[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter((id) => before.get(id) !== after.get(id));
}
