/**
 * The enclosure: a program runs itself a second time inside fresh network, mount and process
 * namespaces, where it may make as many hosts as it likes. Nothing has to be cleaned up afterwards:
 *
 *     program ── setpriv --pdeathsig ── unshare --kill-child ── program again, as process 1 inside
 *
 * When the outer program dies, by whatever signal, the kernel kills unshare; with it the inner program;
 * with that, being process 1, every process inside; and with the last of them all namespaces,
 * interfaces, firewalls and mounts. Works as root, and without root where user namespaces are allowed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeLabDirectory, removeLabDirectory } from './directory.ts';

const DIRECTORY_VARIABLE = 'CAUSEWAY_LAB_DIRECTORY';
const ROOTLESS_VARIABLE = 'CAUSEWAY_LAB_ROOTLESS';
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** Where, in the lab's directory, the outer program leaves the id of its unshare process. */
export const UNSHARE_PID_FILE = 'unshare.pid';

export interface Enclosure {
  /** A directory of this run's own, seen inside and outside, removed at the end. */
  readonly directory: string;
  /** Whether the enclosure was made without root. */
  readonly rootless: boolean;
  /** Aborted by Ctrl-C, SIGTERM, or the end of the outer program's parent. */
  readonly stop: AbortSignal;
}

/**
 * Goes on inside a fresh enclosure. Of the two processes that execute this call, only the inner one
 * returns from it; the outer one waits, and exits with the inner one's code. The inner program ends by
 * process.exit, since the hosts that it makes keep it alive.
 */
export async function enterEnclosure(): Promise<Enclosure> {
  const directory = process.env[DIRECTORY_VARIABLE];
  if (directory === undefined) return process.exit(await runEnclosed(process.argv.slice(1)));
  const stop = new AbortController();
  for (const signal of STOP_SIGNALS) process.on(signal, () => stop.abort());
  process.on('message', () => stop.abort());
  process.channel?.unref();
  return { directory, rootless: process.env[ROOTLESS_VARIABLE] === '1', stop: stop.signal };
}

/** Runs a program in a fresh enclosure from outside, and resolves to its exit code. */
async function runEnclosed(programAndArguments: readonly string[]): Promise<number> {
  const directory = makeLabDirectory();
  const rootless = process.getuid?.() !== 0;
  const unshare = [
    'unshare',
    ...(rootless ? ['--map-root-user'] : []),
    '--net',
    '--mount',
    '--ipc',
    '--pid',
    '--mount-proc',
  ];
  const child = spawn(
    'setpriv',
    ['--pdeathsig', 'KILL', ...unshare, '--fork', '--kill-child', process.execPath, ...programAndArguments],
    {
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, [DIRECTORY_VARIABLE]: directory, [ROOTLESS_VARIABLE]: rootless ? '1' : '0' },
    },
  );
  writeFileSync(join(directory, UNSHARE_PID_FILE), String(child.pid));
  using _forwarding = forwardStops(child);
  try {
    const [code] = (await once(child, 'exit')) as [number | null];
    return code ?? 1;
  } finally {
    removeLabDirectory(directory);
  }
}

/**
 * unshare keeps signals for itself, so a stop travels over the IPC channel. npm, when it is killed, tells
 * nobody: that whoever started this program is gone is a stop too.
 */
function forwardStops(child: ChildProcess): Disposable {
  const stop = () => child.connected && child.send('stop');
  for (const signal of STOP_SIGNALS) process.on(signal, stop);
  const starter = starters();
  const startedByNpm = process.env.npm_lifecycle_event !== undefined;
  const watch = setInterval(() => startedByNpm && starters() !== starter && stop(), 500);
  return {
    [Symbol.dispose]() {
      clearInterval(watch);
      for (const signal of STOP_SIGNALS) process.off(signal, stop);
    },
  };
}

/** The process ids of the parent and, if that is the shell in which npm runs scripts, of its parent. */
function starters(): string {
  try {
    const stat = readFileSync(`/proc/${process.ppid}/stat`, 'utf8');
    const [, shell, grandparent] = /\(((?:ba|da)?sh)\) \S (\d+)/.exec(stat) ?? [];
    return shell === undefined ? String(process.ppid) : `${process.ppid} ${grandparent}`;
  } catch {
    return 'gone';
  }
}
