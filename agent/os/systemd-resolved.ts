/**
 * Split DNS by systemd-resolved, through `resolvectl`: our server, suffix and reverse domains are put on
 * the adapter's link, so only questions for those domains come to us, and the settings vanish with the
 * link. Knows nothing of resolv.conf but whether it leads to resolved.
 *
 * DNSSEC and DNS over TLS are switched off for this link alone: our zone is not signed, while the root
 * zone proves that `internal` does not exist, and our server is on loopback. No default route: nothing
 * else may be asked of us.
 */
import { type Program, type RunCommand, runCommand } from './command.ts';
import { nameServers } from './resolv-conf.ts';

export const RESOLVECTL: Program = { command: 'resolvectl', package: 'systemd-resolved', purpose: 'set up names' };

/** resolved's stub listeners (systemd-resolved.service(8)). */
const STUBS = new Set(['127.0.0.53', '127.0.0.54']);

export interface LinkNames {
  readonly adapter: string;
  /** Address of our name server. */
  readonly server: string;
  /** Searched and routed to us. */
  readonly suffix: string;
  /** Routed to us only. */
  readonly routedDomains: readonly string[];
}

/**
 * Whether this resolv.conf sends every program to resolved. Its other mode, where resolv.conf lists the
 * real servers, leaves resolved out of the way of most programs, so that does not count.
 */
export function leadsToResolved(resolvConf: string): boolean {
  const servers = nameServers(resolvConf);
  return servers.length > 0 && servers.every((server) => STUBS.has(server));
}

/**
 * @returns false when resolved did not take it, and then nothing of it is left: it does not run, or this
 * is a container that sees another system's resolv.conf.
 * @throws CausewayError COMMAND_MISSING, TIMED_OUT
 */
export async function setLinkNames(names: LinkNames, run: RunCommand = runCommand): Promise<boolean> {
  const { adapter, server, suffix, routedDomains } = names;
  const commands = [
    ['dns', adapter, server],
    ['domain', adapter, suffix, ...routedDomains.map((domain) => `~${domain}`)],
    ['default-route', adapter, 'false'],
    ['dnssec', adapter, 'no'],
    ['dnsovertls', adapter, 'no'],
    ['llmnr', adapter, 'no'],
    ['mdns', adapter, 'no'],
  ];
  for (const command of commands) {
    const { code } = await run(RESOLVECTL, command);
    if (code === 0) continue;
    await revertLinkNames(adapter, run);
    return false;
  }
  return true;
}

/** A link that is gone, or resolved that is, needs nothing. */
export async function revertLinkNames(adapter: string, run: RunCommand = runCommand): Promise<void> {
  await run(RESOLVECTL, ['revert', adapter]);
}
