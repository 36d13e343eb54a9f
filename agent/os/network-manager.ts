/**
 * Split DNS by the dnsmasq that NetworkManager runs (`dns=dnsmasq`): a file of ours in its directory sends it
 * to us for our domains. NetworkManager itself is told nothing, as it forgets what it was told with the next
 * change of a network. Knows nothing of resolv.conf but whether it leads to that dnsmasq.
 */
import { access, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, writeDurably } from '#runtime/durable-file.ts';
import { type Program, type RunCommand, runCommand } from './command.ts';
import { nameServers } from './resolv-conf.ts';
import type { LinkNames } from './systemd-resolved.ts';

const NMCLI: Program = { command: 'nmcli', package: 'network-manager', purpose: 'set up names' };
const DIRECTORY = '/etc/NetworkManager/dnsmasq.d';
const FILE = 'causeway.conf';
const PID_FILE = '/run/NetworkManager/dnsmasq.pid';
/** Where NetworkManager has its dnsmasq listen (nm-dns-dnsmasq.c; Debian's differs). */
const LISTENERS = new Set(['127.0.0.1', '127.0.1.1']);
const EVERYBODY = 0o644;

/** Whether this resolv.conf sends every program to NetworkManager's dnsmasq. */
export async function leadsToDnsmasq(resolvConf: string): Promise<boolean> {
  const servers = nameServers(resolvConf);
  if (servers.length !== 1 || !servers.every((server) => LISTENERS.has(server))) return false;
  return access(PID_FILE).then(
    () => true,
    () => false,
  );
}

/**
 * @returns false when NetworkManager did not take it, and then nothing of it is left.
 * @throws CausewayError COMMAND_MISSING, TIMED_OUT, DIRECTORY_READ_ONLY, DISK_FULL
 */
export async function setDnsmasqNames(names: LinkNames, run: RunCommand = runCommand): Promise<boolean> {
  const domains = [names.suffix, ...names.routedDomains];
  const lines = domains.map((domain) => `server=/${domain}/${names.server}`);
  // What is answered for our domains are private addresses, which `stop-dns-rebind` would take for an attack.
  const text = [
    '# Written by Causeway, and removed when it stops.',
    ...lines,
    `rebind-domain-ok=/${names.suffix}/`,
    '',
  ];
  const path = join(DIRECTORY, FILE);
  try {
    await writeDurably(path, text.join('\n'), EVERYBODY);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false; // Another build of it, with another directory.
    throw error;
  }
  if ((await reload(run)) === 0) return true;
  await revertDnsmasqNames(run);
  return false;
}

/** Does nothing where nothing was set. @returns whether something was */
export async function revertDnsmasqNames(run: RunCommand = runCommand): Promise<boolean> {
  const path = join(DIRECTORY, FILE);
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (!isThere) return false;
  await rm(path, { force: true });
  // Without NetworkManager there is no dnsmasq of its either.
  await reload(run).catch(() => undefined);
  return true;
}

/** Ends its dnsmasq and starts another, which reads the directory anew. */
async function reload(run: RunCommand): Promise<number> {
  const { code } = await run(NMCLI, ['general', 'reload', 'dns-full']);
  return code;
}
