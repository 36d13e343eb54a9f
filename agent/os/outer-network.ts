/**
 * How this computer is connected to others, as the system tells it at this moment. Must not know what
 * anybody does about it.
 */
import { readFileSync } from 'node:fs';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import type { OuterNetwork } from '../surroundings.ts';

export interface NetworkTables {
  /** Those that are up and carry, as os.networkInterfaces() has them. */
  readonly interfaces: Readonly<Record<string, readonly Pick<NetworkInterfaceInfo, 'address' | 'internal'>[]>>;
  /** /proc/net/route */
  readonly routes: string;
  /** /proc/net/ipv6_route */
  readonly routes6: string;
}

/** @param ours addresses of our own adapter, which is left out */
export function outerNetwork(ours: readonly string[]): OuterNetwork {
  return outerNetworkOf(
    {
      interfaces: systemInterfaces(),
      routes: readIfThere('/proc/net/route'),
      routes6: readIfThere('/proc/net/ipv6_route'),
    },
    ours,
  );
}

export function outerNetworkOf(tables: NetworkTables, ours: readonly string[]): OuterNetwork {
  const routes = [...defaultRoutes(tables.routes), ...defaultRoutes6(tables.routes6)].filter(
    ({ device }) => device !== 'lo',
  );
  const ways = routes.map(({ device, text }) => ({ device, text: runs(tables, device) ? text : `${text} (dead)` }));
  return outerNetworkBy(tables.interfaces, ways, ours);
}

/** One of the ways to everywhere. */
export interface Way {
  /** Its interface. */
  readonly device: string;
  /** What about it may change. */
  readonly text: string;
}

/** Where nothing leads everywhere, every address is the way out: a server may be next door. */
export function outerNetworkBy(
  interfaces: NetworkTables['interfaces'],
  defaults: readonly Way[],
  ours: readonly string[],
): OuterNetwork {
  const useful = outerInterfaces(interfaces, ours).map(
    ([name, addresses]) =>
      [name, addresses.map(({ address }) => address).filter((address) => !isLinkLocal(address))] as const,
  );
  const textOf = (entries: typeof useful) => entries.flatMap(([name, list]) => list.map((one) => `${name}=${one}`));
  const addresses = textOf(useful).sort().join(' ');
  const devices = new Set(defaults.map(({ device }) => device));
  const leading = useful.filter(([name]) => devices.size === 0 || devices.has(name));
  const ways = defaults.map(({ device, text }) => `${device} via ${text}`);
  return {
    connected: addresses !== '',
    wayOut: [...ways, ...textOf(leading)].sort().join(' '),
    sources: leading.flatMap(([, list]) => list),
    addresses,
  };
}

/** Ranges that lead everywhere. The halves count as well: that is how VPNs lay themselves over the default route. */
const WIDEST = new Set(['0.0.0.0/0', '0.0.0.0/1', '128.0.0.0/1', '::/0', '::/1', '8000::/1', '2000::/3']);

/** The same for systems whose routes come as ranges and names. A route by an interface without addresses leads nowhere. */
export function outerNetworkByRanges(
  routes: readonly (Way & { readonly destination: string })[],
  ours: readonly string[],
): OuterNetwork {
  const interfaces = systemInterfaces();
  const names = new Set(outerInterfaces(interfaces, ours).map(([name]) => name));
  const ways = routes.filter(({ destination, device }) => WIDEST.has(destination) && names.has(device));
  return outerNetworkBy(interfaces, ways, ours);
}

function outerInterfaces(interfaces: NetworkTables['interfaces'], ours: readonly string[]) {
  return Object.entries(interfaces).filter(
    ([, addresses]) => !addresses.some(({ internal, address }) => internal || ours.includes(address)),
  );
}

function systemInterfaces(): NetworkTables['interfaces'] {
  return Object.fromEntries(Object.entries(networkInterfaces()).map(([name, addresses]) => [name, addresses ?? []]));
}

function runs({ interfaces }: NetworkTables, device: string): boolean {
  return (interfaces[device]?.length ?? 0) > 0;
}

/** A link-local address leads nowhere, and IPv6's is there before the network is. */
export function isLinkLocal(address: string): boolean {
  return address.startsWith('169.254.') || /^fe[89ab]/i.test(address);
}

/** The halves of everything count as well: that is how VPNs lay themselves over the default route. */
const WIDEST_MASKS = ['00000000', '00000080'];

/** Columns of /proc/net/route: device, destination, gateway, flags, references, uses, metric, mask. */
function defaultRoutes(table: string): Way[] {
  return rowsOf(table).flatMap(([device = '', destination, gateway, , , , metric, mask = '']) =>
    WIDEST_MASKS.includes(mask) ? [{ device, text: `${destination}/${mask} ${gateway} ${metric}` }] : [],
  );
}

/** Every unicast address there is, 2000::/3, and halves. */
const WIDEST_PREFIX = 3;
/** linux/ipv6_route.h, RTF_REJECT: the kernel's own "unreachable" for everything. */
const REJECT = 0x0200;

/** Columns of /proc/net/ipv6_route: destination, its length, source, its length, gateway, metric, references, uses, flags, device. */
function defaultRoutes6(table: string): Way[] {
  return rowsOf(table).flatMap(([destination, length, , , gateway, metric, , , flags, device = '']) => {
    const isWide = Number.parseInt(length ?? 'ff', 16) <= WIDEST_PREFIX;
    const leads = (Number.parseInt(flags ?? '0', 16) & REJECT) === 0;
    return isWide && leads ? [{ device, text: `${destination}/${length} ${gateway} ${metric}` }] : [];
  });
}

function rowsOf(table: string): string[][] {
  return table
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.trim().split(/\s+/));
}

/** IPv6 may be switched off, and other systems have neither table. */
function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
