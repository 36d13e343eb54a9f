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
  const interfaces = Object.entries(networkInterfaces()).map(([name, addresses]) => [name, addresses ?? []] as const);
  return outerNetworkOf(
    {
      interfaces: Object.fromEntries(interfaces),
      routes: readIfThere('/proc/net/route'),
      routes6: readIfThere('/proc/net/ipv6_route'),
    },
    ours,
  );
}

/** Where nothing leads everywhere, every address is the way out: a server may be next door. */
export function outerNetworkOf(tables: NetworkTables, ours: readonly string[]): OuterNetwork {
  const outer = Object.entries(tables.interfaces).filter(
    ([, addresses]) => !addresses.some(({ internal, address }) => internal || ours.includes(address)),
  );
  const useful = outer.map(
    ([name, addresses]) =>
      [name, addresses.map(({ address }) => address).filter((address) => !isLinkLocal(address))] as const,
  );
  const textOf = (entries: typeof useful) => entries.flatMap(([name, list]) => list.map((one) => `${name}=${one}`));
  const addresses = textOf(useful).sort().join(' ');
  const routes = [...defaultRoutes(tables.routes), ...defaultRoutes6(tables.routes6)].filter(
    ({ device }) => device !== 'lo',
  );
  const devices = new Set(routes.map(({ device }) => device));
  const leading = useful.filter(([name]) => devices.size === 0 || devices.has(name));
  const ways = routes.map(({ device, text }) => `${device} via ${text}${runs(tables, device) ? '' : ' (dead)'}`);
  return {
    connected: addresses !== '',
    wayOut: [...ways, ...textOf(leading)].sort().join(' '),
    sources: leading.flatMap(([, list]) => list),
    addresses,
  };
}

function runs({ interfaces }: NetworkTables, device: string): boolean {
  return (interfaces[device]?.length ?? 0) > 0;
}

/** A link-local address leads nowhere, and IPv6's is there before the network is. */
export function isLinkLocal(address: string): boolean {
  return address.startsWith('169.254.') || /^fe[89ab]/i.test(address);
}

interface Route {
  readonly device: string;
  readonly text: string;
}

/** The halves of everything count as well: that is how VPNs lay themselves over the default route. */
const WIDEST_MASKS = ['00000000', '00000080'];

/** Columns of /proc/net/route: device, destination, gateway, flags, references, uses, metric, mask. */
function defaultRoutes(table: string): Route[] {
  return rowsOf(table).flatMap(([device = '', destination, gateway, , , , metric, mask = '']) =>
    WIDEST_MASKS.includes(mask) ? [{ device, text: `${destination}/${mask} ${gateway} ${metric}` }] : [],
  );
}

/** Every unicast address there is, 2000::/3, and halves. */
const WIDEST_PREFIX = 3;
/** linux/ipv6_route.h, RTF_REJECT: the kernel's own "unreachable" for everything. */
const REJECT = 0x0200;

/** Columns of /proc/net/ipv6_route: destination, its length, source, its length, gateway, metric, references, uses, flags, device. */
function defaultRoutes6(table: string): Route[] {
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
