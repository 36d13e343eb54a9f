/**
 * How a computer with Windows is connected to others, as the system tells it at this moment.
 */
import { networkInterfaces } from 'node:os';
import { aliasOf, listRoutes, type RouteOnInterface } from '#native/windows/ip-helper.ts';
import type { OuterNetwork } from '../../surroundings.ts';
import { isLinkLocal } from '../outer-network.ts';

/** The halves of everything count as well: that is how VPNs lay themselves over the default route. */
const WIDEST = new Set(['0.0.0.0/0', '0.0.0.0/1', '128.0.0.0/1', '::/0', '::/1', '8000::/1', '2000::/3']);

/** @param ours addresses of our own adapter, which is left out */
export function windowsOuterNetwork(ours: readonly string[]): OuterNetwork {
  const outer = Object.entries(networkInterfaces())
    .map(([name, entries = []]) => [name, entries] as const)
    .filter(([, entries]) => !entries.some(({ internal, address }) => internal || ours.includes(address)))
    .map(
      ([name, entries]) => [name, entries.map(({ address }) => address).filter((one) => !isLinkLocal(one))] as const,
    );
  const names = new Set(outer.map(([name]) => name));
  const defaults = defaultRoutes().filter(({ alias }) => names.has(alias));
  const leading = outer.filter(([name]) => defaults.length === 0 || defaults.some(({ alias }) => alias === name));
  const textOf = (entries: typeof outer) => entries.flatMap(([name, list]) => list.map((one) => `${name}=${one}`));
  const addresses = textOf(outer).sort().join(' ');
  const ways = defaults.map(({ alias, route }) => `${alias} via ${route.destination} ${route.nextHop} ${route.metric}`);
  return {
    connected: addresses !== '',
    wayOut: [...ways, ...textOf(leading)].sort().join(' '),
    sources: leading.flatMap(([, list]) => list),
    addresses,
  };
}

/** An interface that went in between has no name any more, and leads nowhere. */
function defaultRoutes(): { alias: string; route: RouteOnInterface }[] {
  return listRoutes()
    .filter(({ destination }) => WIDEST.has(destination))
    .flatMap((route) => {
      try {
        return [{ alias: aliasOf(route.luid), route }];
      } catch {
        return [];
      }
    });
}
