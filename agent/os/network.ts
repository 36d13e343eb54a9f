/**
 * Gives the adapter its addresses, MTU and routes on Linux, and takes them back. Only the overlay's own
 * ranges are routed, only to the adapter, in the main table: no default route, no rule, no firewall.
 *
 * Through the `ip` command of iproute2, not through rtnetlink: one batch is one process and a few
 * milliseconds, once per start; the kernel's attribute encoding for links, addresses and routes in two
 * families would be four times this file, on an FFI socket. The price is a program that minimal
 * containers lack (BusyBox's `ip` has neither `-batch` nor `-json`); COMMAND_MISSING names its package.
 *
 * Nothing here outlives the adapter: when a killed agent's TUN descriptor is closed, the kernel takes the
 * interface with its addresses and routes. {@link cleanUpNetwork} proves it at the next start.
 */
import { readFile } from 'node:fs/promises';
import { IPV4_RANGE } from '#protocol/addresses.ts';
import { CausewayError } from '#protocol/errors.ts';
import { type CommandResult, type Program, type RunCommand, runCommand } from './command.ts';
import { findOverlap, type Route } from './overlap.ts';
import { nameServers } from './resolv-conf.ts';

export const IP_COMMAND: Program = { command: 'ip', package: 'iproute2', purpose: 'set addresses and routes' };

/** The second is where systemd-resolved lists the servers behind its stub. */
const RESOLV_CONFS = ['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf'];

export interface NetworkOptions {
  /** Name of the interface, which exists already. */
  readonly adapter: string;
  readonly ipv4: string;
  readonly ipv6: string;
  /** The subscription's range, `fd12:3456:789a::/48`. */
  readonly ipv6Range: string;
  /** Bytes. */
  readonly mtu: number;
  /** Files that name the computer's name servers. */
  readonly resolvConfs?: readonly string[];
  readonly run?: RunCommand;
}

export interface NetworkSetup extends AsyncDisposable {
  /** `disabled`: this computer has IPv6 switched off, and the overlay is reached by IPv4 only. */
  readonly ipv6: 'on' | 'disabled';
  /**
   * Takes routes and addresses back and sets the link down; a link that is gone already is well. Idempotent.
   * @throws CausewayError ADAPTER_FAILED when something is left.
   */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * All or nothing: what was set before a failure is taken back.
 * @throws CausewayError ADDRESS_RANGE_OVERLAP, PRIVILEGE_MISSING, COMMAND_MISSING, ADAPTER_FAILED
 */
export async function configureNetwork(options: NetworkOptions): Promise<NetworkSetup> {
  const { adapter, ipv4, ipv6, ipv6Range, mtu, resolvConfs = RESOLV_CONFS, run = runCommand } = options;
  const withIpv6 = await hasIpv6(adapter);
  const present = [...(await listRoutes(run)), ...(await listNameServers(resolvConfs))];
  refuseOverlap(present, withIpv6 ? [IPV4_RANGE, ipv6Range] : [IPV4_RANGE], adapter);
  // noprefixroute and nodad: the routes are ours to set, and the addresses work at once (nobody else is on this link).
  const lines = [
    `link set dev ${adapter} mtu ${mtu}`,
    `address add ${ipv4}/32 dev ${adapter} noprefixroute`,
    ...(withIpv6
      ? [
          // No link-local address: it would make the kernel send router solicitations into the tunnel.
          `link set dev ${adapter} addrgenmode none`,
          `address add ${ipv6}/128 dev ${adapter} nodad noprefixroute`,
        ]
      : []),
    `link set dev ${adapter} up`,
    `route add ${IPV4_RANGE} dev ${adapter} src ${ipv4}`,
    ...(withIpv6 ? [`route add ${ipv6Range} dev ${adapter} src ${ipv6}`] : []),
  ];
  const result = await run(IP_COMMAND, ['-batch', '-'], batch(lines));
  if (result.code !== 0) {
    await cleanUpNetwork({ adapter, run });
    throw commandError(adapter, result);
  }
  return {
    ipv6: withIpv6 ? 'on' : 'disabled',
    async [Symbol.asyncDispose]() {
      await cleanUpNetwork({ adapter, run });
      const left = await listNetwork(adapter, run);
      if (left.length > 0) throw new CausewayError('ADAPTER_FAILED', { cause: `could not remove ${left.join(', ')}` });
    },
  };
}

/**
 * Removes every address and route from the adapter, if there is one, and sets it down.
 * @returns what was there: routes, then addresses, in CIDR form; empty after a crash, unless something
 * else holds the interface.
 */
export async function cleanUpNetwork({
  adapter,
  run = runCommand,
}: {
  adapter: string;
  run?: RunCommand;
}): Promise<string[]> {
  const found = await listNetwork(adapter, run);
  // A link that is down has no routes and, of IPv6, no addresses. Failures are of no interest: see what is left.
  if (found.length > 0) {
    await run(IP_COMMAND, ['link', 'set', 'dev', adapter, 'down']);
    await run(IP_COMMAND, ['address', 'flush', 'dev', adapter]);
  }
  return found;
}

async function listNetwork(adapter: string, run: RunCommand): Promise<string[]> {
  const addresses = await list<{ addr_info: { local: string; prefixlen: number }[] }>(run, [
    'address',
    'show',
    'dev',
    adapter,
  ]);
  if (addresses === null) return [];
  const routes = (await list<Route>(run, ['route', 'show', 'table', 'main', 'dev', adapter])) ?? [];
  const routes6 = (await list<Route>(run, ['-6', 'route', 'show', 'table', 'main', 'dev', adapter])) ?? [];
  return [
    ...[...routes, ...routes6].map(({ dst }) => dst),
    ...addresses.flatMap(({ addr_info }) => addr_info.map(({ local, prefixlen }) => `${local}/${prefixlen}`)),
  ];
}

function refuseOverlap(present: readonly Route[], ranges: readonly string[], adapter: string): void {
  const overlap = findOverlap(present, ranges, adapter);
  if (!overlap) return;
  const { route, range } = overlap;
  throw new CausewayError('ADDRESS_RANGE_OVERLAP', { range, route: route.dst, interface: route.dev ?? 'none' });
}

/** Of both families, by one process: with `table all` and no family `ip` tells of every one that the kernel has. */
async function listRoutes(run: RunCommand): Promise<Route[]> {
  const routes = await list<Route>(run, ['route', 'show', 'table', 'all']);
  if (routes === null) throw new CausewayError('COMMAND_MISSING', { ...IP_COMMAND }); // Some other program called ip.
  return routes;
}

async function listNameServers(paths: readonly string[]): Promise<Route[]> {
  const texts = await Promise.all(paths.map((path) => readFile(path, 'latin1').catch(() => '')));
  return texts.flatMap(nameServers).map((address) => ({ dst: address }));
}

/** @returns null when `ip` refuses: no such interface, no such family. */
async function list<Row>(run: RunCommand, args: readonly string[]): Promise<Row[] | null> {
  const { code, stdout } = await run(IP_COMMAND, ['-json', ...args]);
  if (code !== 0) return null;
  return JSON.parse(stdout.trim() === '' ? '[]' : stdout) as Row[];
}

/** A kernel without IPv6 has no such file. */
async function hasIpv6(adapter: string): Promise<boolean> {
  const text = await readFile(`/proc/sys/net/ipv6/conf/${adapter}/disable_ipv6`, 'utf8').catch(() => '1');
  return text.trim() === '0';
}

function batch(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

function commandError(adapter: string, { stderr }: CommandResult): CausewayError {
  if (stderr.includes('Operation not permitted')) {
    return new CausewayError('PRIVILEGE_MISSING', {
      action: `set addresses and routes of the interface ${adapter}`,
      otherwise: 'give the agent CAP_NET_ADMIN',
    });
  }
  const [cause = 'ip failed'] = stderr.split('\n');
  return new CausewayError('ADAPTER_FAILED', { cause: cause.trim() });
}
