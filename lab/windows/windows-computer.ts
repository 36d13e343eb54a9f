/**
 * A host of the lab that is a computer with Windows, as far as Wine is Windows: Node for Windows, the bundle
 * and our stand-ins beside it, in a Wine prefix of the host's own. What a program prints goes into files, for
 * Node for Windows has no way to write to a pipe of Linux.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { BESIDE_AGENT } from '#build/bundle.ts';
import { type WindowsRuntime, windowsRuntime } from '#build/windows-runtime.ts';
import { buildStandIns } from '#build/windows-stand-in.ts';
import type { Host, Program, RunOptions, RunResult } from '../hosts/host.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const DIST = join(ROOT, 'dist/windows');
/** Another name for another way of making it. */
const PREFIX_NAME = 'prefix-win10';
/** On the host: our programs, and what Wine takes for a computer. */
const [PROGRAMS, PREFIX] = ['/run/windows/programs', '/run/windows/prefix'];
/** As the programs see the first of them. */
const PROGRAMS_WINDOWS = 'Z:\\run\\windows\\programs';
const ENVIRONMENT = {
  WINEPREFIX: PREFIX,
  WINEDEBUG: '-all',
  // Ours before Wine's; and neither .NET nor a browser, for which it would ask.
  WINEDLLOVERRIDES: 'iphlpapi=n,b;mscoree,mshtml=',
} as const;

/** Fetches and builds, outside of the lab, what every Windows computer needs. @returns why it can not, or null */
export function prepareWindows(): string | null {
  const runtime = windowsRuntime();
  if (typeof runtime === 'string') return runtime;
  try {
    buildStandIns(join(DIST, 'stand-in'));
    makePrefix();
    return null;
  } catch (error) {
    return `The Windows computer could not be made: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Wine's own set-up, kept: it takes half a minute on a busy computer, and is laid under each host's own. */
function makePrefix(): void {
  const prefix = join(DIST, PREFIX_NAME);
  if (existsSync(prefix)) return;
  const staging = `${prefix}-${process.pid}`;
  mkdirSync(staging, { recursive: true });
  const env = { ...process.env, ...ENVIRONMENT, WINEPREFIX: staging, WINEDLLOVERRIDES: 'mscoree,mshtml=' };
  try {
    const { status, stderr } = spawnSync('wine', ['wineboot', '--init'], { env, encoding: 'utf8' });
    // Or it says that it is Windows 7, which Node refuses.
    spawnSync('wine', ['winecfg', '-v', 'win10'], { env });
    spawnSync('wineserver', ['--wait'], { env });
    if (status !== 0 || !existsSync(join(staging, 'system.reg')))
      throw new Error(`wineboot ended with ${status}: ${stderr}`);
    renameSync(staging, prefix);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

export class WindowsComputer {
  readonly host: Host;

  private constructor(host: Host) {
    this.host = host;
  }

  /** @param bundle of the agent */
  static async on(host: Host, bundle: string): Promise<WindowsComputer> {
    const runtime = windowsRuntime() as WindowsRuntime;
    const script = `set -e
      mkdir -p ${PROGRAMS}/node_modules ${PREFIX} /run/windows/own /tmp/.wine-$(id -u)
      mount -t tmpfs -o mode=700 tmpfs /tmp/.wine-$(id -u)
      mount -t tmpfs tmpfs /run/windows/own
      mkdir /run/windows/own/upper /run/windows/own/work
      mount -t overlay -o lowerdir='${join(DIST, PREFIX_NAME)}',upperdir=/run/windows/own/upper,workdir=/run/windows/own/work overlay ${PREFIX}
      cd ${PROGRAMS}
      ln -s '${runtime.node}' node.exe
      ln -s '${ROOT}/node_modules/koffi' node_modules/koffi
      ln -s '${join(runtime.modules, '@koromix')}' node_modules/@koromix
      cp '${join(DIST, 'stand-in')}'/*.dll '${join(DIST, 'stand-in')}'/*.exe .
      cp '${bundle}' ${BESIDE_AGENT.map((name) => `'${join(dirname(bundle), name)}'`).join(' ')} .
      echo '{"type":"module"}' > package.json`;
    await host.must(['sh', '-c', script]);
    return new WindowsComputer(host);
  }

  /** Puts a file of the lab's beside the agent. */
  async place(file: string): Promise<void> {
    await this.host.must(['cp', file, PROGRAMS]);
  }

  /** Path of one of our programs, as Windows has it. */
  path(name: string): string {
    return `${PROGRAMS_WINDOWS}\\${name}`;
  }

  /** Runs a program of Windows to its end. */
  async run(command: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const script =
      'out=$(mktemp); "$@" >$out 2>$out.error </dev/null; code=$?; cat $out; cat $out.error >&2; rm -f $out $out.error; exit $code';
    const environment = { ...ENVIRONMENT, ...options.environment };
    return this.host.run(['sh', '-c', script, 'sh', 'wine', ...command], {
      timeoutMs: 60_000,
      ...options,
      environment,
    });
  }

  /** @returns its standard output. @throws Error with what it printed, when it fails */
  async must(command: readonly string[], options: RunOptions = {}): Promise<string> {
    const result = await this.run(command, options);
    const said = (text: string) => text.replaceAll('\r', '').trim();
    if (result.code === 0) return said(result.stdout);
    const how = result.timedOut ? 'took too long' : `ended with ${result.code}`;
    throw new Error(`${this.host.name}: ${command.join(' ')} ${how}\n${said(result.stdout)}\n${said(result.stderr)}`);
  }

  /** Starts a long-lived program of Windows. */
  spawn(label: string, command: readonly string[], environment: Readonly<Record<string, string>> = {}): Program {
    return this.host.spawn(label, ['wine', ...command], { environment: { ...ENVIRONMENT, ...environment } });
  }

  /** Words of Node for Windows with one of our scripts. */
  node(script: string, ...args: readonly string[]): string[] {
    return [this.path('node.exe'), this.path(script), ...args];
  }
}
