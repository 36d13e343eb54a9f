/**
 * Enters a host of a running demo from outside: finds its holder by the notes that the lab left in its
 * directory, and hands the terminal over to nsenter.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isAlive, labDirectories } from './hosts/directory.ts';
import { UNSHARE_PID_FILE } from './hosts/enclosure.ts';
import { HOSTS_FILE } from './hosts/lab.ts';

const NAMESPACES = ['--net', '--mount', '--uts', '--ipc', '--pid'];

/** @returns the exit code of the shell or command; 1 with a sentence when there is no such host */
export function openShell([name = '', ...command]: readonly string[], say: (sentence: string) => void): number {
  const running = labDirectories()
    .filter(({ path, pid }) => isAlive(pid) && existsSync(join(path, HOSTS_FILE)))
    .map(({ path, pid }) => ({ path, pid, hosts: hostsOf(path) }))
    .sort((a, b) => b.pid - a.pid);
  if (running.length === 0) {
    say('No demo of yours is running. Start one with: npm run demo');
    return 1;
  }
  // A test or a benchmark that runs at the same time has a lab too.
  const lab = running.find(({ hosts }) => name in hosts);
  const holder = lab === undefined ? null : outerPid(lab.path, Number(lab.hosts[name]));
  if (holder === null) {
    const names = [...new Set(running.flatMap(({ hosts }) => Object.keys(hosts)))].sort();
    say(`${name === '' ? 'Name a host.' : `There is no host ${name}.`} There are: ${names.join(', ')}`);
    return 1;
  }
  const user = process.getuid?.() === 0 ? [] : ['--user', '--preserve-credentials'];
  const program = command.length > 0 ? command : ['bash', '--norc', '-i'];
  const { status } = spawnSync('nsenter', [`--target=${holder}`, ...user, ...NAMESPACES, '--', ...program], {
    stdio: 'inherit',
    env: {
      PATH: `/run/bin:${dirname(process.execPath)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
      HOME: '/run',
      LANG: 'C.UTF-8',
      TERM: process.env.TERM ?? 'dumb',
      PS1: `root@${name}:\\w# `,
      PGUSER: 'shop',
      PGDATABASE: 'postgres',
      PGPASSFILE: '/run/.pgpass',
    },
  });
  return status ?? 1;
}

/** Process id of each host's holder, as numbered inside the lab. */
function hostsOf(directory: string): Record<string, number> {
  return JSON.parse(readFileSync(join(directory, HOSTS_FILE), 'utf8')) as Record<string, number>;
}

/** The process that is number `inner` in the lab's process namespace, as numbered out here. */
function outerPid(directory: string, inner: number): number | null {
  const unshare = readFileSync(join(directory, UNSHARE_PID_FILE), 'utf8').trim();
  const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
  const first = pids.find((pid) => field(pid, 'PPid') === unshare);
  if (first === undefined) return null;
  const namespace = namespaceOf(first);
  const found = pids.find(
    (pid) => field(pid, 'NSpid')?.split('\t').at(-1) === String(inner) && namespaceOf(pid) === namespace,
  );
  return found === undefined ? null : Number(found);
}

function field(pid: string, name: string): string | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return new RegExp(`^${name}:\\t(.*)$`, 'm').exec(status)?.[1];
  } catch {
    return undefined; // it has just ended
  }
}

function namespaceOf(pid: string): string | null {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return null;
  }
}
