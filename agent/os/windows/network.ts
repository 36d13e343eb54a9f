/**
 * Addresses, MTU and routes of the adapter on Windows, by the IP Helper API. Nothing of it outlives the adapter,
 * which ends with the agent's process.
 */
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
import { isIpv6 } from '#protocol/addresses.ts';
import {
  type InterfaceSettings,
  type InterfaceSetUp,
  type OverlayAddresses,
  proveWay,
  refuseOverlap,
  setUpInterface,
} from '../interface-network.ts';

export interface WindowsNetwork extends OverlayAddresses {
  readonly luid: Luid;
  /** Its name, for people. */
  readonly adapter: string;
  /** Bytes. */
  readonly mtu: number;
}

export interface WindowsNetworkSetup extends InterfaceSetUp {
  readonly withIpv6: boolean;
}

/**
 * All or nothing: what was set before a failure goes with the adapter.
 * @throws CausewayError ADDRESS_RANGE_OVERLAP, PRIVILEGE_MISSING, ADAPTER_FAILED
 */
export function configureWindowsNetwork(network: WindowsNetwork): WindowsNetworkSetup {
  const { luid, mtu } = network;
  const settings = settingsOf(network);
  refuseOverlap(settings, network);
  configureInterface(luid, 'IPv4', mtu);
  const withIpv6 = configureInterface(luid, 'IPv6', mtu);
  return { withIpv6, ...setUpInterface(settings, network, withIpv6) };
}

/**
 * @param addresses of a machine of the overlay other than this one
 * @throws CausewayError ROUTE_ELSEWHERE
 */
export function proveWindowsRoute(
  { luid, adapter }: Pick<WindowsNetwork, 'luid' | 'adapter'>,
  addresses: readonly string[],
): string {
  return proveWay(adapter, addresses, (address) => {
    const found = bestInterface(address);
    if (found === undefined) return undefined;
    return found === luid ? adapter : aliasOf(found);
  });
}

function settingsOf({ luid, adapter }: WindowsNetwork): InterfaceSettings {
  return {
    name: adapter,
    addAddress: (address) => addAddress(luid, address, isIpv6(address) ? 128 : 32),
    removeAddress: (address) => removeAddress(luid, address),
    addRoute: (range) => addRoute(luid, range),
    removeRoute: (range) => removeRoute(luid, range),
    addresses: () => listAddresses().flatMap((entry) => (entry.luid === luid ? [entry.address] : [])),
    routes: () => listRoutes().flatMap((route) => (route.luid === luid ? [route.destination] : [])),
    otherRoutes: () =>
      listRoutes()
        .filter((route) => route.luid !== luid)
        .map((route) => ({ dst: route.destination, interfaceName: () => aliasOf(route.luid) })),
  };
}
