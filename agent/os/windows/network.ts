/**
 * Gives the adapter its addresses, MTU and routes on Windows, and takes them back: the overlay's own ranges,
 * to the adapter, and nothing else. Nothing of it outlives the adapter, which ends with the agent's process.
 */
import { getServers } from 'node:dns';
import {
  addAddress,
  addRoute,
  aliasOf,
  bestInterface,
  configureInterface,
  type Luid,
  listAddresses,
  listRoutes,
  removeAddress,
  removeRoute,
} from '#native/windows/ip-helper.ts';
import { IPV4_RANGE } from '#protocol/addresses.ts';
import { CausewayError } from '#protocol/errors.ts';
import { findOverlap } from '../overlap.ts';

export interface WindowsNetwork {
  readonly luid: Luid;
  /** Its name, for people. */
  readonly adapter: string;
  readonly ipv4: string;
  readonly ipv6: string;
  /** The subscription's range, `fd12:3456:789a::/48`. */
  readonly ipv6Range: string;
  /** Bytes. */
  readonly mtu: number;
}

export interface WindowsNetworkSetup extends Disposable {
  readonly withIpv6: boolean;
  /** @throws CausewayError ADAPTER_FAILED with what is missing */
  prove(): void;
}

/**
 * All or nothing: what was set before a failure goes with the adapter.
 * @throws CausewayError ADDRESS_RANGE_OVERLAP, PRIVILEGE_MISSING, ADAPTER_FAILED
 */
export function configureWindowsNetwork(network: WindowsNetwork): WindowsNetworkSetup {
  const { luid, adapter, ipv4, ipv6, ipv6Range, mtu } = network;
  refuseOverlap([IPV4_RANGE, ipv6Range], luid, adapter);
  configureInterface(luid, 'IPv4', mtu);
  const withIpv6 = configureInterface(luid, 'IPv6', mtu);
  const addresses = withIpv6
    ? ([
        [ipv4, 32],
        [ipv6, 128],
      ] as const)
    : ([[ipv4, 32]] as const);
  const routes = withIpv6 ? [IPV4_RANGE, ipv6Range] : [IPV4_RANGE];
  for (const [address, length] of addresses) addAddress(luid, address, length);
  for (const route of routes) addRoute(luid, route);
  return {
    withIpv6,
    prove() {
      const present = listAddresses().filter((entry) => entry.luid === luid);
      for (const [address] of addresses) {
        if (!present.some((entry) => entry.address === address)) throw missing(`the address ${address}`);
      }
      const ways = listRoutes().filter((route) => route.luid === luid);
      for (const range of routes) {
        if (!ways.some((route) => route.destination === range)) throw missing(`the route to ${range}`);
      }
    },
    [Symbol.dispose]() {
      // What an adapter that was removed took along is not there, which is well.
      for (const route of routes) removeRoute(luid, route);
      for (const [address] of addresses) removeAddress(luid, address);
    },
  };
}

/**
 * @param addresses of a machine of the overlay other than this one
 * @throws CausewayError ROUTE_ELSEWHERE
 */
export function proveWindowsRoute(
  { luid, adapter }: Pick<WindowsNetwork, 'luid' | 'adapter'>,
  addresses: readonly string[],
): string {
  for (const address of addresses) {
    const found = bestInterface(address);
    if (found === luid) continue;
    const name = found === undefined ? 'nowhere' : aliasOf(found);
    throw new CausewayError('ROUTE_ELSEWHERE', { address, adapter, interface: name });
  }
  return `packets for ${addresses.join(' and ')} go to ${adapter}`;
}

function refuseOverlap(ranges: readonly string[], ours: Luid, adapter: string): void {
  const routes = listRoutes()
    .filter(({ luid }) => luid !== ours)
    .map(({ luid, destination }) => ({ dst: destination, luid }));
  const servers = getServers().map((server) => ({ dst: server, luid: undefined }));
  const overlap = findOverlap([...routes, ...servers], ranges, adapter);
  if (overlap === null) return;
  const { luid, dst } = overlap.route as { dst: string; luid?: Luid };
  throw new CausewayError('ADDRESS_RANGE_OVERLAP', {
    range: overlap.range,
    route: dst,
    interface: luid === undefined ? 'none' : aliasOf(luid),
  });
}

function missing(what: string): CausewayError {
  return new CausewayError('ADAPTER_FAILED', { cause: `${what} is gone from this computer` });
}
