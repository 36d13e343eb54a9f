/**
 * What a host looks like to its owner: links, routes, addresses, rules, firewall, resolver. Two
 * snapshots are compared line by line to show that nothing else was changed.
 */
import type { Host } from './host.ts';

export type Snapshot = Readonly<
  Record<'routes' | 'addresses' | 'rules' | 'firewall' | 'resolver' | 'settings', string>
>;
export type SnapshotPart = keyof Snapshot;

const COMMANDS: Readonly<Record<SnapshotPart, string>> = {
  routes: 'ip route show table all; ip -6 route show table all',
  addresses: 'ip -oneline address',
  rules: 'ip rule; ip -6 rule',
  firewall: 'nft list ruleset',
  resolver: 'cat /etc/resolv.conf /etc/nsswitch.conf /etc/hosts; stat -c "%A %U %G %N" /etc/resolv.conf',
  settings: 'grep -rs . /proc/sys/net/ipv4/conf/all /proc/sys/net/ipv6/conf/all /proc/sys/net/ipv4/ip_forward || true',
};

/** @param adapter lines that belong to this interface are left out */
export async function snapshot(host: Host, adapter: string | null = null): Promise<Snapshot> {
  const parts = Object.keys(COMMANDS) as SnapshotPart[];
  const taken = await Promise.all(
    parts.map(async (part) => [part, without(adapter, await host.must(['sh', '-c', COMMANDS[part]]))] as const),
  );
  return Object.fromEntries(taken) as Snapshot;
}

/** Names of the host's interfaces. */
export async function interfaces(host: Host): Promise<string[]> {
  const lines = (await host.must(['ip', '-oneline', 'link'])).split('\n');
  return lines.map((line) => (line.split(': ')[1] ?? '').replace(/@.*/, ''));
}

/** Lines that only one of the two has, marked with - and +; empty if the parts are the same. */
export function difference(before: Snapshot, after: Snapshot, parts: readonly SnapshotPart[]): string {
  return parts
    .flatMap((part) => {
      const [old, now] = [before[part].split('\n'), after[part].split('\n')];
      const gone = old.filter((line) => !now.includes(line)).map((line) => `- ${line}`);
      return [...gone, ...now.filter((line) => !old.includes(line)).map((line) => `+ ${line}`)];
    })
    .join('\n');
}

function without(adapter: string | null, text: string): string {
  // Duplicate address detection ends by itself within a second and is nobody's doing.
  const lines = text.split('\n').map((line) => line.replace(/ tentative/, '').trimEnd());
  const isOfAdapter = (line: string) => adapter !== null && new RegExp(`\\b(dev|\\d+:) ${adapter}\\b`).test(line);
  return lines.filter((line) => !isOfAdapter(line)).join('\n');
}
