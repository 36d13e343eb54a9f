/**
 * The network state of this computer as text that can be compared: "nothing else changes" is proven by
 * two equal snapshots, before `up` and after `down`. Reads only. Counters, lifetimes and carrier state
 * are left out, because they change by themselves.
 */
import { lstat, readFile, readlink } from 'node:fs/promises';
import { isRefusal } from '#protocol/errors.ts';
import { type Program, type RunCommand, runCommand } from './command.ts';
import { IP_COMMAND } from './network.ts';

/** Each part is one line a fact, sorted where the kernel's order means nothing. */
export interface NetworkSnapshot {
  readonly links: string;
  readonly addresses: string;
  readonly routes: string;
  readonly rules: string;
  /** `nft list ruleset` without counters; null where nft is not installed. */
  readonly firewall: string | null;
  /** Kind, mode, owner, link target and bytes of resolv.conf. */
  readonly resolvConf: string;
}

type Row = Record<string, unknown>;

const NFT_COMMAND: Program = { command: 'nft', package: 'nftables', purpose: 'compare firewall rules' };
const CHANGING_FLAGS = new Set(['LOWER_UP', 'NO-CARRIER', 'linkdown', 'dead']);

export async function takeSnapshot({
  run = runCommand,
  resolvConf = '/etc/resolv.conf',
}: {
  run?: RunCommand;
  resolvConf?: string;
} = {}): Promise<NetworkSnapshot> {
  const ip = async (...args: string[]): Promise<Row[]> => {
    const { stdout } = await run(IP_COMMAND, ['-json', ...args]);
    return JSON.parse(stdout.trim() || '[]') as Row[];
  };
  const links = await ip('address', 'show');
  return {
    links: lines(links.map((link) => pick(link, 'ifname', 'mtu', 'flags', 'master', 'address'))),
    addresses: lines(
      links.flatMap((link) =>
        (link.addr_info as Row[]).map((row) => ({
          dev: link.ifname,
          ...pick(row, 'local', 'prefixlen', 'scope'),
        })),
      ),
    ),
    routes: lines([
      ...(await ip('-4', 'route', 'show', 'table', 'all')),
      ...(await ip('-6', 'route', 'show', 'table', 'all')),
    ]),
    rules: lines([...(await ip('-4', 'rule')), ...(await ip('-6', 'rule'))]),
    firewall: await firewall(run),
    resolvConf: await describeFile(resolvConf),
  };
}

function pick(row: Row, ...keys: string[]): Row {
  return Object.fromEntries(keys.filter((key) => key in row).map((key) => [key, row[key]]));
}

function lines(rows: readonly Row[]): string {
  return rows
    .map(({ expires: _, ...row }) => {
      const flags = row.flags as string[] | undefined;
      return JSON.stringify({ ...row, ...(flags && { flags: flags.filter((flag) => !CHANGING_FLAGS.has(flag)) }) });
    })
    .sort()
    .join('\n');
}

async function firewall(run: RunCommand): Promise<string | null> {
  try {
    return (await run(NFT_COMMAND, ['--stateless', 'list', 'ruleset'])).stdout;
  } catch (error) {
    if (isRefusal(error, 'COMMAND_MISSING')) return null;
    throw error;
  }
}

async function describeFile(path: string): Promise<string> {
  try {
    const { mode, uid, gid } = await lstat(path);
    const target = await readlink(path).catch(() => null);
    const bytes = await readFile(path).catch(() => null);
    return JSON.stringify({ mode: mode.toString(8), uid, gid, target, bytes: bytes?.toString('latin1') ?? null });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'missing';
    throw error;
  }
}
