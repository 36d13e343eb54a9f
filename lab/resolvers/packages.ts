/**
 * Debian packages unpacked into a directory of their own, for programs that would change this very computer
 * if they were installed on it: each of them takes over /etc/resolv.conf. Hosts of the lab lay them over
 * their /usr.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '#build/portal-config.ts';

const KEPT = join(ROOT, 'dist/debian');

/** Where the package is unpacked, with whatever else it needs and this computer has not. */
export function unpackedAt(name: string): string {
  return join(KEPT, name);
}

/** Fetches and unpacks it once. @returns why it could not be done, as a sentence, or null */
export function unpack(name: string): string | null {
  if (existsSync(unpackedAt(name))) return null;
  if (!existsSync('/usr/bin/apt-get')) return `The package ${name} comes from Debian, and this is another system.`;
  const staging = join(KEPT, `${name}-${process.pid}`);
  const archives = join(staging, 'archives');
  const root = join(staging, 'root');
  mkdirSync(join(archives, 'partial'), { recursive: true });
  mkdirSync(root);
  try {
    const why = download(name, archives);
    if (why !== null) return why;
    for (const file of readdirSync(archives).filter((file) => file.endsWith('.deb'))) {
      const unpacked = spawnSync('dpkg-deb', ['-x', join(archives, file), root], { encoding: 'utf8' });
      if (unpacked.status !== 0) return `${file} could not be unpacked: ${unpacked.stderr.trim()}`;
    }
    // As a system has it on which /bin, /sbin and /lib are links into /usr.
    const merge =
      'cd "$1"; for d in bin sbin lib; do [ ! -d $d ] || { mkdir -p usr/$d && cp -a $d/. usr/$d/ && rm -r $d; }; done';
    spawnSync('sh', ['-c', merge, 'sh', root]);
    renameSync(root, unpackedAt(name));
    return null;
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

function download(name: string, archives: string): string | null {
  const options = ['-o', `Dir::Cache::archives=${archives}`, '-o', 'Debug::NoLocking=1'];
  const line = [...options, '--download-only', '--reinstall', '--yes', '--no-install-recommends', name];
  const tryIt = () => spawnSync('apt-get', ['install', ...line], { encoding: 'utf8' });
  let fetched = tryIt();
  if (fetched.status !== 0 && process.getuid?.() === 0) {
    spawnSync('apt-get', ['update'], { stdio: 'ignore' });
    fetched = tryIt();
  }
  if (fetched.status === 0) return null;
  return `The package ${name} could not be fetched: ${fetched.stderr.trim().split('\n').at(-1)}`;
}
