/**
 * Packs the desktop application by electron-builder into dist/desktop-app, as a directory:
 *
 *     npm run package:desktop [-- --system=linux|win|mac] [--electron=DIRECTORY]
 *
 * electron-builder is fetched when it is first needed, into dist/ and without its packages' scripts: 280
 * packages and 93 MB are not for everybody who runs `npm ci`. The Electron is an unpacked one of that system.
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { run } from '../../command.ts';
import { buildDesktop } from '../../desktop.ts';
import { findRuntime } from '../../desktop-runtime.ts';
import { ROOT } from '../../portal-config.ts';
import { builderConfiguration } from './electron-builder.ts';

const BUILDER = 'electron-builder@26.17.0';
const HOME = join(ROOT, 'dist/electron-builder');
const PROGRAM = join(HOME, 'node_modules/electron-builder/cli.js');
/** Of the configuration, as electron-builder publishes it. */
export const BUILDER_SCHEMA = join(HOME, 'node_modules/app-builder-lib/scheme.json');

export interface PackOptions {
  readonly system: 'linux' | 'win' | 'mac';
  /** Directory of an unpacked Electron of that system. */
  readonly electron: string;
  /** The built application. */
  readonly application: string;
  readonly output?: string;
}

/** @returns the directory that electron-builder wrote into. @throws Error with what it said */
export async function packDesktop({
  system,
  electron,
  application,
  output = join(ROOT, 'dist/desktop-app'),
}: PackOptions): Promise<string> {
  await fetchBuilder();
  const electronVersion = (await readFile(join(electron, 'version'), 'utf8')).trim().replace(/^v/, '');
  const configuration = builderConfiguration({ electronDist: electron, electronVersion, application, output });
  const file = join(HOME, `configuration-${process.pid}.json`);
  await writeFile(file, JSON.stringify(configuration));
  const words = [PROGRAM, `--${system}`, '--dir', '--x64', '--config', file, '--project', HOME];
  const { code, output: said } = await run(process.execPath, words, { cwd: HOME });
  if (code !== 0) throw new Error(`electron-builder ended with ${code}: ${said.slice(-2000)}`);
  return output;
}

/** @throws Error with what npm said */
export async function fetchBuilder(): Promise<void> {
  if (existsSync(PROGRAM)) return;
  await mkdir(HOME, { recursive: true });
  await writeFile(join(HOME, 'package.json'), '{"name":"packing","version":"0.0.0","private":true}\n');
  const words = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--save-exact', BUILDER];
  const { code, output } = await run('npm', words, { cwd: HOME });
  if (code !== 0) throw new Error(`${BUILDER} could not be fetched: ${output.trim().slice(-500)}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: { system: { type: 'string', default: 'linux' }, electron: { type: 'string' } },
  });
  const system = (['linux', 'win', 'mac'] as const).find((name) => name === values.system);
  if (system === undefined) throw new Error('--system is linux, win or mac');
  const electron = values.electron ?? (await ownElectron());
  const { directory } = await buildDesktop();
  process.stdout.write(`${await packDesktop({ system, electron, application: directory })}\n`);
}

async function ownElectron(): Promise<string> {
  const found = await findRuntime({ environment: process.env });
  if (typeof found === 'string') throw new Error(found);
  return join(found.program, '..');
}
