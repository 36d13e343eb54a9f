/**
 * Packs what a Linux computer needs to run the agent, for this machine's architecture:
 *
 *     npm run package:agent      → dist/downloads/causeway-agent-linux-<x64|arm64>.tar.gz
 *
 *     causeway/bin/node              this Node
 *     causeway/bin/causeway          the command
 *     causeway/lib/causeway*.js      the bundles, without their maps
 *     causeway/lib/lwip.wasm         the IP stack for machines without an adapter
 *     causeway/lib/node_modules/     koffi and its native module for this platform only
 *     causeway/share/                service unit, removal, licences
 *
 * The same contents make the same bytes. What is there already is left as it is when its contents would
 * be the same, for packing takes a quarter of a minute.
 */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createGzip } from 'node:zlib';
import { bundle, mainOf } from './bundle.ts';
import { koffiFiles } from './koffi-files.ts';
import { type TarEntry, tarOf } from './tar.ts';

const ROOT = resolve(import.meta.dirname, '..');
const [EXECUTABLE, PLAIN] = [0o755, 0o644];
const LICENCE = /^licen[cs]e(?:\.(?:md|txt))?$/i;

/** @returns absolute path of the archive. @throws Error on another system than Linux, or when koffi has no native module */
export async function packageAgent(): Promise<string> {
  if (process.platform !== 'linux') throw new Error('the agent package is for Linux, and is packed there');
  const { agent } = await bundle();
  const entries = await contents(agent);
  const file = join(ROOT, 'dist/downloads', `causeway-agent-linux-${process.arch}.tar.gz`);
  const note = join(ROOT, 'dist', `.agent-package-${process.arch}.json`);
  const key = keyOf(entries);
  if (await isPacked(note, key, file)) return file;
  await mkdir(dirname(file), { recursive: true });
  const staged = join(dirname(note), `.agent-package-${process.pid}.tar.gz`);
  try {
    await pipeline(Readable.from(tarOf(entries)), createGzip({ level: 9 }), createWriteStream(staged));
    await rename(staged, file);
  } finally {
    await rm(staged, { force: true });
  }
  await writeFile(note, JSON.stringify({ key, sha256: await hashOf(file) }));
  return file;
}

async function contents(agent: string): Promise<TarEntry[]> {
  const entry = async (path: string, from: string, mode = PLAIN): Promise<TarEntry> => {
    return { path: `causeway/${path}`, content: await readFile(from), mode };
  };
  const modules = koffiFiles();
  return [
    await entry('bin/causeway', join(ROOT, 'build/linux/causeway'), EXECUTABLE),
    await entry('bin/node', process.execPath, EXECUTABLE),
    ...(await Promise.all(
      [agent, mainOf(agent)].map(async (file) => ({
        path: `causeway/lib/${basename(file)}`,
        content: await bundleWithoutMap(file),
        mode: PLAIN,
      })),
    )),
    await entry('lib/lwip.wasm', join(dirname(agent), 'lwip.wasm')),
    // Node takes the bundle for a module by this.
    { path: 'causeway/lib/package.json', content: Buffer.from('{"type":"module"}\n'), mode: PLAIN },
    ...(await Promise.all(modules.map(({ path, from }) => entry(`lib/node_modules/${path}`, from)))),
    await entry('share/causeway.service', join(ROOT, 'build/linux/causeway.service')),
    await entry('share/uninstall.sh', join(ROOT, 'build/linux/uninstall.sh'), EXECUTABLE),
    await entry('share/LICENSE', join(ROOT, 'LICENSE')),
    { path: 'causeway/share/THIRD-PARTY-LICENSES', content: await otherLicences(agent), mode: PLAIN },
  ];
}

async function bundleWithoutMap(file: string): Promise<Uint8Array> {
  const text = await readFile(file, 'utf8');
  return Buffer.from(text.replace(/\n\/\/# sourceMappingURL=.*\n?$/, '\n'));
}

/** Of Node, of koffi, of what lwip.wasm is made of, and of every package that is in the bundle, which its map tells. */
async function otherLicences(agent: string): Promise<Uint8Array> {
  const map: { sources: string[] } = JSON.parse(await readFile(`${mainOf(agent)}.map`, 'utf8'));
  const inBundle = map.sources.flatMap((source) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1] ?? []);
  const packages = [...new Set([...inBundle, 'koffi'])].sort();
  const parts = [`Node.js ${process.version}\n\n${await licenceIn(join(dirname(process.execPath), '..'))}`];
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

function keyOf(entries: readonly TarEntry[]): string {
  const hash = createHash('sha256');
  for (const { path, mode, content } of entries) hash.update(`${path} ${mode} ${content.length}\n`).update(content);
  return hash.digest('hex');
}

async function isPacked(note: string, key: string, file: string): Promise<boolean> {
  try {
    const packed: { key: string; sha256: string } = JSON.parse(await readFile(note, 'utf8'));
    return packed.key === key && packed.sha256 === (await hashOf(file));
  } catch {
    return false;
  }
}

async function hashOf(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(`${await packageAgent()}\n`);
