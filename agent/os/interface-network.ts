/**
 * Gives the adapter its addresses and routes, and takes them back, by a system's own calls: the overlay's own
 * ranges, to the adapter, and nothing else. For systems where nothing of it outlives the adapter.
 */
import { getServers } from 'node:dns';
import { IPV4_RANGE } from '#protocol/addresses.ts';
import { CausewayError } from '#protocol/errors.ts';
import { findOverlap } from './overlap.ts';

/** What a system can do with one interface, and say of it. What is there already, or not there any more, is well. */
export interface InterfaceSettings {
  /** Its name, for people. */
  readonly name: string;
  addAddress(address: string): void;
  removeAddress(address: string): void;
  addRoute(range: string): void;
  removeRoute(range: string): void;
  /** As they are now. */
  addresses(): readonly string[];
  /** Destinations that lead to it, in CIDR form. */
  routes(): readonly string[];
  /** Routes to other interfaces. */
  otherRoutes(): readonly OtherRoute[];
}

export interface OtherRoute {
  readonly dst: string;
  /** Of its interface. Asked for one of thousands. */
  interfaceName(): string;
}

export interface OverlayAddresses {
  readonly ipv4: string;
  readonly ipv6: string;
  /** The subscription's range, `fd12:3456:789a::/48`. */
  readonly ipv6Range: string;
}

export interface InterfaceSetUp extends Disposable {
  /** @throws CausewayError ADAPTER_FAILED with what is missing */
  prove(): void;
}

/** @throws CausewayError ADDRESS_RANGE_OVERLAP */
export function refuseOverlap(settings: InterfaceSettings, { ipv6Range }: OverlayAddresses): void {
  const servers = getServers().map((server) => ({ dst: server, interfaceName: () => 'none' }));
  const overlap = findOverlap([...settings.otherRoutes(), ...servers], [IPV4_RANGE, ipv6Range], settings.name);
  if (overlap === null) return;
  const { dst, interfaceName } = overlap.route as OtherRoute;
  throw new CausewayError('ADDRESS_RANGE_OVERLAP', { range: overlap.range, route: dst, interface: interfaceName() });
}

/**
 * What was set before a failure goes with the adapter.
 * @throws CausewayError PRIVILEGE_MISSING, ADAPTER_FAILED
 */
export function setUpInterface(
  settings: InterfaceSettings,
  { ipv4, ipv6, ipv6Range }: OverlayAddresses,
  withIpv6: boolean,
): InterfaceSetUp {
  const addresses = withIpv6 ? [ipv4, ipv6] : [ipv4];
  const routes = withIpv6 ? [IPV4_RANGE, ipv6Range] : [IPV4_RANGE];
  for (const address of addresses) settings.addAddress(address);
  for (const range of routes) settings.addRoute(range);
  return {
    prove() {
      const [present, ways] = [settings.addresses(), settings.routes()];
      const gone =
        addresses.find((address) => !present.includes(address)) ?? routes.find((range) => !ways.includes(range));
      if (gone === undefined) return;
      const what = gone.includes('/') ? `the route to ${gone}` : `the address ${gone}`;
      throw new CausewayError('ADAPTER_FAILED', { cause: `${what} is gone from this computer` });
    },
    [Symbol.dispose]() {
      for (const range of routes) settings.removeRoute(range);
      for (const address of addresses) settings.removeAddress(address);
    },
  };
}

/**
 * @param addresses of a machine of the overlay other than this one
 * @param towards asks the system which interface packets for an address leave by
 * @returns the way, in a few words for people
 * @throws CausewayError ROUTE_ELSEWHERE
 */
export function proveWay(
  adapter: string,
  addresses: readonly string[],
  towards: (address: string) => string | undefined,
): string {
  for (const address of addresses) {
    const found = towards(address);
    if (found === adapter) continue;
    throw new CausewayError('ROUTE_ELSEWHERE', { address, adapter, interface: found ?? 'nowhere' });
  }
  return `packets for ${addresses.join(' and ')} go to ${adapter}`;
}
