/**
 * The files of the agent for this Linux computer, wherever they are put in the end:
 *
 *     bin/node              this Node
 *     bin/causeway          the command
 *     lib/causeway.js       launches the bundle, causeway-main.js; both without their maps
 *     lib/causeway-pac.js   what runs proxy configurations, with quickjs.wasm
 *     lib/lwip.wasm         the IP stack for machines without an adapter
 *     lib/node_modules/     koffi and its native module for this platform only
 *     share/                service unit, installation, change of version, removal, licences
 */
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { AGENT_VERSION } from '#agent/control/software.ts';
import type { TarEntry } from '#relay-server/installing/tar-file.ts';
import { mainOf } from './bundle.ts';
import { koffiFiles } from './koffi-files.ts';
import { releaseKeyOf } from './release.ts';

const ROOT = resolve(import.meta.dirname, '..');
export const EXECUTABLE = 0o755;
const PLAIN = 0o644;
const LICENCE = /^licen[cs]e(?:\.(?:md|txt))?$/i;

/** As the bundler writes it: a variable, which has what package.json says. */
const NAMES_VERSION = /\bconst AGENT_VERSION=(version(?:\$\d+)?);/;

export interface AgentFilesOptions {
  /** That the agent says of itself; by default the one of this source. */
  readonly version?: string | undefined;
  /** File of the key that signs releases; without one the agent knows of no newer version. */
  readonly releaseKey?: string | undefined;
}

/**
 * @param agent path of its bundle, with the map beside it
 * @returns in a fixed order
 * @throws Error when koffi has no native module for this platform
 */
export async function agentFiles(
  agent: string,
  { version = AGENT_VERSION, releaseKey = process.env.CAUSEWAY_RELEASE_KEY }: AgentFilesOptions = {},
): Promise<TarEntry[]> {
  const native = koffiFiles().map(({ path, from }) => fileEntry(`lib/node_modules/${path}`, from));
  const node = { version: process.version, directory: join(dirname(process.execPath), '..') };
  return [
    await fileEntry('bin/causeway', join(ROOT, 'build/linux/causeway'), EXECUTABLE),
    await fileEntry('bin/node', process.execPath, EXECUTABLE),
    ...(await programFiles(agent, version)),
    ...(await Promise.all(native)),
    await fileEntry('share/causeway.service', join(ROOT, 'build/linux/causeway.service')),
    await fileEntry('share/install.sh', join(ROOT, 'build/linux/install.sh'), EXECUTABLE),
    await fileEntry('share/switch-version.sh', join(ROOT, 'build/linux/switch-version.sh'), EXECUTABLE),
    await fileEntry('share/uninstall.sh', join(ROOT, 'build/linux/uninstall.sh'), EXECUTABLE),
    ...(await sharedFiles(agent, node, releaseKey)),
  ];
}

export async function fileEntry(path: string, from: string, mode = PLAIN): Promise<TarEntry> {
  return { path, content: await readFile(from), mode };
}

/** What is the same for every system whose Node knows `using`: the bundles, and what they read. */
export async function programFiles(agent: string, version: string): Promise<TarEntry[]> {
  return [
    { path: 'lib/causeway.js', content: await bundleWithoutMap(agent), mode: PLAIN },
    { path: 'lib/causeway-main.js', content: atVersion(await bundleWithoutMap(mainOf(agent)), version), mode: PLAIN },
    { path: 'lib/causeway-pac.js', content: await bundleWithoutMap(pacOf(agent)), mode: PLAIN },
    await fileEntry('lib/quickjs.wasm', join(dirname(agent), 'quickjs.wasm')),
    await fileEntry('lib/lwip.wasm', join(dirname(agent), 'lwip.wasm')),
    // Node takes the bundle for a module by this.
    { path: 'lib/package.json', content: Buffer.from('{"type":"module"}\n'), mode: PLAIN },
  ];
}

export interface PackedNode {
  readonly version: string;
  /** Where its licence lies. */
  readonly directory: string;
}

/** The key that newer versions are signed with, if there is one, and the licences. */
export async function sharedFiles(
  agent: string,
  node: PackedNode,
  releaseKey: string | undefined,
): Promise<TarEntry[]> {
  const key = releaseKeyOf(releaseKey);
  return [
    ...(key === undefined ? [] : [{ path: 'share/release-key', content: Buffer.from(`${key}\n`), mode: PLAIN }]),
    await fileEntry('share/LICENSE', join(ROOT, 'LICENSE')),
    { path: 'share/THIRD-PARTY-LICENSES', content: await otherLicences(agent, node), mode: PLAIN },
  ];
}

async function bundleWithoutMap(file: string): Promise<Uint8Array> {
  const text = await readFile(file, 'utf8');
  return Buffer.from(text.replace(/\n\/\/# sourceMappingURL=.*\n?$/, '\n'));
}

/** The program says which version it is; everything else does not depend on it. */
function atVersion(content: Uint8Array, version: string): Uint8Array {
  if (version === AGENT_VERSION) return content;
  const text = Buffer.from(content).toString();
  const variable = NAMES_VERSION.exec(text)?.[1];
  const [before, after, more] = text.split(`var ${variable}=\`${AGENT_VERSION}\`;`);
  if (after === undefined || more !== undefined)
    throw new Error('the bundle does not say its version where it is looked for');
  return Buffer.from(`${before}var ${variable}=\`${version}\`;${after}`);
}

function pacOf(agent: string): string {
  return join(dirname(agent), 'causeway-pac.js');
}

/** Of Node, of koffi, of what lwip.wasm is made of, and of every package that is in a bundle, which its map tells. */
async function otherLicences(agent: string, node: PackedNode): Promise<Uint8Array> {
  const maps = await Promise.all([mainOf(agent), pacOf(agent)].map((path) => readFile(`${path}.map`, 'utf8')));
  const sources = maps.flatMap((map) => (JSON.parse(map) as { sources: string[] }).sources);
  const inBundle = sources.flatMap((source) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1] ?? []);
  const packages = [...new Set([...inBundle, 'koffi'])].sort();
  const parts = [`Node.js ${node.version}\n\n${await licenceIn(node.directory)}`];
  for (const name of packages) parts.push(`${name}\n\n${await licenceIn(join(ROOT, 'node_modules', name))}`);
  for (const name of ['lwip', 'wasi-libc']) {
    parts.push(`${name}\n\n${(await readFile(join(ROOT, `native/lwip/LICENSE.${name}`), 'utf8')).trim()}`);
  }
  return Buffer.from(parts.join(`\n\n${'-'.repeat(80)}\n\n`));
}

async function licenceIn(directory: string): Promise<string> {
  const name = (await readdir(directory)).find((file) => LICENCE.test(file));
  if (name !== undefined) return (await readFile(join(directory, name), 'utf8')).trim();
  const { license } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8'));
  return `Licence: ${license}`;
}
