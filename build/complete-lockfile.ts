/**
 * Names in package-lock.json the optional packages of other platforms that the registry did not offer:
 *
 *     node build/complete-lockfile.ts        after `npm install` against a registry that carries one platform
 *
 * npm leaves such packages out of the lockfile, and `npm ci` of npm 11 then refuses the lockfile as
 * incomplete. Their versions are known from the package that wants them, and their platforms from their
 * names. No integrity is written: there is nothing here to compute it from.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** What the last parts of a name such as `binding-linux-arm64-musl` mean to npm. */
const PLATFORM = /[-/](android|darwin|freebsd|linux|openharmony|win32)-(arm64|arm|ia32|ppc64|riscv64|s390x|x64)\b/;

const path = resolve(import.meta.dirname, '../package-lock.json');
const lock: { packages: Record<string, LockedPackage> } = JSON.parse(readFileSync(path, 'utf8'));
const added: Record<string, LockedPackage> = {};
for (const parent of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    const [, os, cpu] = PLATFORM.exec(name) ?? [];
    if (lock.packages[`node_modules/${name}`] !== undefined || os === undefined || cpu === undefined) continue;
    const libc = name.includes('musl') ? { libc: ['musl'] } : {};
    const dev = parent.dev === true ? { dev: true } : {};
    added[`node_modules/${name}`] = { version, ...dev, optional: true, os: [os], cpu: [cpu], ...libc };
  }
}
const packages = Object.entries({ ...lock.packages, ...added }).sort(([a], [b]) => a.localeCompare(b, 'en'));
writeFileSync(path, `${JSON.stringify({ ...lock, packages: Object.fromEntries(packages) }, null, 2)}\n`);
console.log(`${Object.keys(added).length} packages of other platforms were named.`);
