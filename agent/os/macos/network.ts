/**
 * Addresses and routes of the adapter on macOS, by ioctl(2), route(4) and sysctl(3), and how the computer is
 * connected besides. Nothing of it outlives the adapter, which ends with the agent's process.
 */
import { networkInterfaces } from 'node:os';
import { interfaceTowards, listRoutes, NetworkSettings } from '#native/macos/network-settings.ts';
import type { OuterNetwork } from '../../surroundings.ts';
import {
  type InterfaceSettings,
  type InterfaceSetUp,
  type OverlayAddresses,
  proveWay,
  refuseOverlap,
  setUpInterface,
} from '../interface-network.ts';
import { outerNetworkByRanges } from '../outer-network.ts';

/**
 * All or nothing: what was set before a failure goes with the adapter.
 * @throws CausewayError ADDRESS_RANGE_OVERLAP, PRIVILEGE_MISSING, ADAPTER_FAILED
 */
export function configureMacNetwork(adapter: string, overlay: OverlayAddresses): InterfaceSetUp {
  const network = new NetworkSettings(adapter);
  const settings: InterfaceSettings = {
    name: adapter,
    addAddress: (address) => network.addAddress(address),
    removeAddress: (address) => network.removeAddress(address),
    addRoute: (range) => network.addRoute(range),
    removeRoute: (range) => network.removeRoute(range),
    addresses: () => (networkInterfaces()[adapter] ?? []).map(({ address }) => address),
    routes: () => listRoutes().flatMap((route) => (route.interface === adapter ? [route.destination] : [])),
    otherRoutes: () =>
      listRoutes()
        .filter((route) => route.interface !== adapter)
        .map((route) => ({ dst: route.destination, interfaceName: () => route.interface })),
  };
  refuseOverlap(settings, overlay);
  network.bringUp();
  return setUpInterface(settings, overlay, true);
}

/** @throws CausewayError ROUTE_ELSEWHERE, ADAPTER_FAILED */
export function proveMacRoute(adapter: string, addresses: readonly string[]): string {
  return proveWay(adapter, addresses, (address) => interfaceTowards(address));
}

/** Routes that count for one interface only (RTF_IFSCOPE) are no way out for programs that choose none. */
export function macOuterNetwork(ours: readonly string[]): OuterNetwork {
  const routes = listRoutes()
    .filter(({ scoped }) => !scoped)
    .map(({ destination, gateway, interface: device }) => ({
      destination,
      device,
      text: `${destination} ${gateway ?? 'direct'}`,
    }));
  return outerNetworkByRanges(routes, ours);
}
