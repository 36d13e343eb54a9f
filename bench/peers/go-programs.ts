/**
 * Programs that come as source through Go's module proxy: built once by `go build` into dist/bench-peers/,
 * the newest version first that can be had here whole. Not every version of every dependency is served
 * everywhere, so a version that does not build gives way to the one before, and says so.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface GoProgram {
  readonly module: string;
  /** Newest first. */
  readonly versions: readonly string[];
  /** Packages inside the module, each with the name of its command. */
  readonly commands: Readonly<Record<string, string>>;
}

export interface Built {
  readonly version: string;
  /** Absolute path by command. */
  readonly path: (command: string) => string;
}

/** With this on, an older Go fetches the one that a module asks for, by the module proxy. */
const ENVIRONMENT = { ...process.env, GOTOOLCHAIN: 'auto', GOFLAGS: '-mod=mod -buildvcs=false' };
const DIRECTORY = fileURLToPath(new URL('../../dist/bench-peers/', import.meta.url));
/** A cold build of Tailscale's three programs takes five minutes on two cores. */
const BUILD_TIMEOUT_MS = 20 * 60_000;

/** @returns what was built, now or earlier; or why it could not be */
export function buildGoProgram(program: GoProgram, say: (line: string) => void): Built | string {
  const ready = builtAlready(program);
  if (ready !== null) return ready;
  if (spawnSync('go', ['version']).status !== 0) return 'Go (1.21 or newer) is not installed';
  let why = '';
  for (const version of program.versions) {
    say(`building ${program.module}@${version}: takes minutes, once`);
    const refusal = build(program, version);
    if (refusal === null) return builtAlready(program) ?? 'it was built and is not there';
    why = `${version}: ${refusal}`;
    say(`${program.module}@${why}`);
  }
  return `no version could be built; ${why}`;
}

function builtAlready(program: GoProgram): Built | null {
  for (const version of program.versions) {
    const path = (command: string) => join(directoryOf(program, version), command);
    if (Object.values(program.commands).every((command) => existsSync(path(command)))) return { version, path };
  }
  return null;
}

/**
 * By a module of its own that requires the other one: `go install module@version` also asks the proxy for
 * a list of all versions, which is not to be had for every module.
 */
function build(program: GoProgram, version: string): string | null {
  const work = mkdtempSync(join(tmpdir(), 'causeway-peer-'));
  const go = (...args: string[]) =>
    spawnSync('go', args, { cwd: work, env: ENVIRONMENT, encoding: 'utf8', timeout: BUILD_TIMEOUT_MS });
  try {
    const imports = Object.keys(program.commands).map((path) => `import _ "${program.module}/${path}"`);
    writeFileSync(join(work, 'go.mod'), `module peer\n\ngo 1.21\n\nrequire ${program.module} ${version}\n`);
    writeFileSync(join(work, 'peer.go'), `//go:build peer\n\npackage peer\n\n${imports.join('\n')}\n`);
    go('mod', 'tidy', '-e');
    mkdirSync(directoryOf(program, version), { recursive: true });
    for (const [path, command] of Object.entries(program.commands)) {
      const target = join(directoryOf(program, version), command);
      const built = go('build', '-o', target, path === '' ? program.module : `${program.module}/${path}`);
      if (built.status !== 0) return firstLine(built.stderr);
    }
    return null;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function directoryOf({ module }: GoProgram, version: string): string {
  return join(DIRECTORY, `${module.replaceAll('/', '_')}@${version}`);
}

/** What Go prints of downloads is no reason. */
function firstLine(output: string): string {
  const lines = output.split('\n').filter((line) => line !== '' && !line.startsWith('go: downloading'));
  return lines[0] ?? 'it did not build';
}
