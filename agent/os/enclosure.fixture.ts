/**
 * For tests that change a real network stack, mounts and resolv.conf: runs a scenario in a process with a
 * network and a mount namespace of its own, which the kernel clears away with it. As root, or without
 * through a user namespace.
 */
import { execFile, execFileSync } from 'node:child_process';
import { readlink } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CausewayError } from '#protocol/errors.ts';

const execute = promisify(execFile);
const AS_ROOT = process.getuid?.() === 0 ? [] : ['-Ur'];
const UNSHARE = [...AS_ROOT, '-nmpf', '--mount-proc', '--kill-child'];
const OUTSIDE = 'CWOS_OUTSIDE_NETWORK';

/** Why no enclosure can be made here, or null when it can. */
export function whyNoEnclosure(): string | null {
  if (process.platform !== 'linux') return 'needs Linux namespaces';
  try {
    execFileSync('unshare', [...UNSHARE, 'sh', '-c', 'ip tuntap add cwosp mode tun && ip -V'], { stdio: 'pipe' });
    return null;
  } catch (error) {
    return `no namespaces, TUN or iproute2 here: ${String(error).split('\n')[0]}`;
  }
}

/** @returns what the scenario of that fixture returned. */
export async function inEnclosure(fixture: string, scenario: string): Promise<unknown> {
  const script = fileURLToPath(new URL(fixture, import.meta.url));
  const env = { ...process.env, [OUTSIDE]: await readlink('/proc/self/ns/net') };
  const { stdout } = await execute('unshare', [...UNSHARE, process.execPath, script, scenario], {
    env,
    timeout: 60_000,
  });
  return JSON.parse(stdout);
}

/**
 * A fixture's main: runs the scenario named by the first argument, and nothing outside an enclosure.
 * @param cleanUp takes away what the namespaces do not: temporary files, daemons.
 */
export async function runScenario(
  scenarios: Record<string, () => Promise<unknown>>,
  cleanUp: () => Promise<void> = async () => {},
): Promise<void> {
  const outside = process.env[OUTSIDE];
  if (outside === undefined || outside === (await readlink('/proc/self/ns/net'))) throw new Error('not enclosed');
  const scenario = scenarios[process.argv[2] ?? ''];
  if (!scenario) throw new Error(`no scenario ${process.argv[2]}`);
  try {
    process.stdout.write(`${JSON.stringify(await scenario())}\n`);
  } finally {
    await cleanUp();
  }
}

/** Runs a script and returns what it printed; throws when it fails. */
export async function sh(script: string): Promise<string> {
  const env = { ...process.env, LC_ALL: 'C', PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
  const { stdout } = await execute('sh', ['-ec', script], { timeout: 15_000, env });
  return stdout.trim();
}

/** The catalogue's code of a refusal; `none` when there was none. */
export async function codeOf(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => 'none',
    (error: unknown) => (error instanceof CausewayError ? error.code : String(error)),
  );
}
