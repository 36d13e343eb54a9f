/**
 * The Electron that the desktop application is made for: where ELECTRON_OVERRIDE_DIST_PATH says, where the
 * package `electron` has fetched it, or fetched now. Says in one sentence why there is none.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './command.ts';
import { ROOT } from './portal-config.ts';

const PACKAGE = join(ROOT, 'node_modules/electron');
const SAID_AFTER_MS = 8_000;
const PROGRAM: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  darwin: 'Electron.app/Contents/MacOS/Electron',
  win32: 'electron.exe',
};

export interface Runtime {
  readonly program: string;
  readonly version: string;
}

export interface RuntimeOptions {
  readonly environment: NodeJS.ProcessEnv;
  /** Of the package `electron`. */
  readonly directory?: string;
  /** Fetches the runtime into the package. @returns what went wrong, or null */
  readonly fetch?: () => Promise<string | null>;
}

/** @returns why there is none, as a sentence that says what to do */
export async function findRuntime({
  environment,
  directory = PACKAGE,
  fetch = fetchRuntime,
}: RuntimeOptions): Promise<Runtime | string> {
  if (!existsSync(join(directory, 'package.json'))) return 'The package `electron` is not installed: run `npm ci`.';
  const wanted = (JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as { version: string }).version;
  const chosen = environment.ELECTRON_OVERRIDE_DIST_PATH;
  if (chosen !== undefined && chosen !== '') {
    const there = runtimeIn(chosen);
    if (there === undefined)
      return `ELECTRON_OVERRIDE_DIST_PATH names ${chosen}, where no Electron is: unset it, or put Electron ${wanted} there.`;
    if (major(there.version) >= major(wanted)) return there;
    return `ELECTRON_OVERRIDE_DIST_PATH names Electron ${there.version}, which is too old for this application: put Electron ${wanted} there, or unset it.`;
  }
  const dist = join(directory, 'dist');
  const there = runtimeIn(dist);
  if (there !== undefined) return there;
  const why = await fetch();
  return (
    runtimeIn(dist) ??
    `Electron ${wanted} could not be downloaded from github.com (${why ?? 'nothing came'}): run this where that can be reached, or unpack it and set ELECTRON_OVERRIDE_DIST_PATH to its directory.`
  );
}

function runtimeIn(directory: string): Runtime | undefined {
  const program = join(directory, PROGRAM[process.platform] ?? 'electron');
  const version = join(directory, 'version');
  if (!existsSync(program) || !existsSync(version)) return undefined;
  return { program, version: readFileSync(version, 'utf8').trim().replace(/^v/, '') };
}

/** The package's own way, which checks what it has fetched. */
async function fetchRuntime(): Promise<string | null> {
  // Where there is no way out it fails sooner, and the one sentence is all that is said.
  const saying = setTimeout(() => console.log('Downloading Electron (about 110 MB) …'), SAID_AFTER_MS);
  const { code, output } = await run(process.execPath, [join(PACKAGE, 'install.js')], { cwd: ROOT });
  clearTimeout(saying);
  if (code === 0) return null;
  const line = output.split('\n').find((line) => /^\w*Error\b/.test(line.trim()));
  if (line?.includes('fetch failed')) return 'no connection to it';
  return line?.trim() ?? `it ended with ${code}`;
}

function major(version: string): number {
  return Number.parseInt(version, 10);
}
