/**
 * The lab's temporary directory: one for each run, named by the process that made it, so that the next
 * run finds and removes what a crashed one left behind. Knows nothing of namespaces.
 *
 * Hazard: inside the lab's mount namespace the system's own /etc is bound below this directory. It is
 * therefore removed only from outside, and {@link removeLabDirectory} refuses while anything is mounted there.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PREFIX = 'causeway-lab-';
const NAME = /^causeway-lab-(\d+)-\w+$/;

/** Makes this process's directory, after removing those whose process is gone. */
export function makeLabDirectory(): string {
  for (const left of labDirectories()) {
    if (!isAlive(left.pid)) removeLabDirectory(left.path);
  }
  return mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
}

/** The user's own lab directories, with the process that made each. */
export function labDirectories(): { path: string; pid: number }[] {
  return readdirSync(tmpdir()).flatMap((name) => {
    const pid = NAME.exec(name)?.[1];
    const path = join(tmpdir(), name);
    return pid !== undefined && isOurs(path) ? [{ path, pid: Number(pid) }] : [];
  });
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** @throws Error while something is mounted below it. */
export function removeLabDirectory(path: string): void {
  const mounted = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .some((line) => line.split(' ')[4]?.startsWith(`${path}/`));
  if (mounted) throw new Error(`${path} holds mounts; it can only be removed from outside the lab`);
  rmSync(path, { recursive: true, force: true, maxRetries: 5 });
}

function isOurs(path: string): boolean {
  try {
    return statSync(path).uid === process.getuid?.();
  } catch {
    return false;
  }
}
