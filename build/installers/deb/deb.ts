/**
 * The Debian package of the agent, for this machine's architecture:
 *
 *     node build/installers/deb/deb.ts      → dist/downloads/causeway-agent-linux-<x64|arm64>.deb
 *
 * Laid out as the install link's script does it: /opt/causeway/versions/VERSION holds the files, and
 * /opt/causeway/current is the version that runs. So an upgrade can go back, which dpkg alone can not.
 *
 * Written by ourselves: the same source makes the same bytes, on any system. The control part is not
 * compressed, so that a relay server can put a token into it without reading the rest
 * (relay-server/installing/deb-token.ts).
 */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { AGENT_VERSION } from '#agent/control/software.ts';
import type { TarEntry } from '#relay-server/installing/tar-file.ts';
import { agentFiles } from '../../agent-files.ts';
import { bundle } from '../../bundle.ts';
import { ROOT } from '../../portal-config.ts';
import { tarOf } from '../../tar.ts';
import { arOf } from '../ar.ts';
import { packedOnce } from '../packed-once.ts';

const ARCHITECTURES: Readonly<Partial<Record<NodeJS.Architecture, string>>> = { x64: 'amd64', arm64: 'arm64' };
const SCRIPTS = ['preinst', 'postinst', 'prerm', 'postrm'] as const;
const NONE = new Uint8Array();

export interface DebOptions {
  /** Of the agent in it; by default the one of this source. */
  readonly version?: string;
  /** Absolute path; by default among the downloads. */
  readonly file?: string;
  /** Of gzip; the most by default. */
  readonly level?: number;
  /** File of the key that signs releases; see agent-files.ts. */
  readonly releaseKey?: string;
}

/** @returns absolute path of the package. @throws Error on another system than Linux, or when koffi has no native module */
export async function buildDeb({
  version = AGENT_VERSION,
  file = join(ROOT, `dist/downloads/causeway-agent-linux-${process.arch}.deb`),
  level = 9,
  releaseKey,
}: DebOptions = {}): Promise<string> {
  const architecture = ARCHITECTURES[process.arch];
  if (process.platform !== 'linux' || architecture === undefined)
    throw new Error('the Debian package is made on Linux, on x64 or arm64');
  const { agent } = await bundle();
  const files = await agentFiles(agent, { version, releaseKey });
  const data = dataEntries(files, version);
  const control = await controlEntries(data, version, architecture);
  return packedOnce({
    file,
    notes: join(ROOT, 'dist'),
    from: [String(level), ...control, ...data].flatMap((part) =>
      typeof part === 'string' ? part : [`${part.path} ${part.mode} ${part.link ?? ''}`, part.content],
    ),
    make: (path) => writeDeb(path, control, data, level),
  });
}

async function writeDeb(
  path: string,
  control: readonly TarEntry[],
  data: readonly TarEntry[],
  level: number,
): Promise<void> {
  const members = [
    { name: 'debian-binary', content: Buffer.from('2.0\n') },
    { name: 'control.tar', content: Buffer.concat([...tarOf(control)]) },
    { name: 'data.tar.gz', content: gzipSync(Buffer.concat([...tarOf(data)]), { level }) },
  ];
  await pipeline(Readable.from(arOf(members)), createWriteStream(path));
}

function dataEntries(files: readonly TarEntry[], version: string): TarEntry[] {
  const home = `./opt/causeway/versions/${version}`;
  const unit = files.find(({ path }) => path === 'share/causeway.service');
  if (unit === undefined) throw new Error('the agent has no service unit');
  // Installing and removing it is the package's matter here.
  const packed = files.filter(({ path }) => !/install\.sh$/.test(path) && path !== unit.path);
  const entries: TarEntry[] = [
    ...packed.map((entry) => ({ ...entry, path: `${home}/${entry.path}` })),
    { path: './opt/causeway/by-dpkg', content: NONE, mode: 0o644 },
    { path: './usr/bin/causeway', content: NONE, mode: 0o777, link: '/opt/causeway/current/bin/causeway' },
    { ...unit, path: './usr/lib/systemd/system/causeway.service' },
    ...packed
      .filter(({ path }) => /LICENSE/.test(path))
      .map((entry) => ({
        ...entry,
        path: `./usr/share/doc/causeway/${entry.path.endsWith('/LICENSE') ? 'copyright' : entry.path.slice(6)}`,
      })),
  ];
  const directories = new Set(entries.flatMap(({ path }) => parentsOf(path)));
  return [
    ...[...directories].sort().map((path) => ({ path, content: NONE, mode: 0o755 })),
    ...entries.sort((a, b) => (a.path < b.path ? -1 : 1)),
  ];
}

async function controlEntries(data: readonly TarEntry[], version: string, architecture: string): Promise<TarEntry[]> {
  const files = data.filter(({ path, link }) => link === undefined && !path.endsWith('/'));
  const kibibytes = files.reduce((sum, { content }) => sum + Math.ceil(content.length / 1024), 0);
  const scripts = SCRIPTS.map(async (name) => {
    const text = await readFile(join(import.meta.dirname, 'scripts', name), 'utf8');
    return { path: `./${name}`, content: Buffer.from(text.replaceAll('@VERSION@', version)), mode: 0o755 };
  });
  const control = `Package: causeway
Version: ${version}
Architecture: ${architecture}
Maintainer: Causeway <causeway@localhost>
Installed-Size: ${kibibytes}
Depends: iproute2, libatomic1, libc6 (>= 2.28), libstdc++6, passwd
Section: net
Priority: optional
Description: takes part in a private network through a relay that cannot read it
 The agent of Causeway: one private IP network for the computers on your
 premises and the roles in your cloud, over nothing but outbound HTTPS.
`;
  const sums = files.map(
    ({ path, content }) => `${createHash('md5').update(content).digest('hex')}  ${path.slice(2)}\n`,
  );
  return [
    { path: './', content: NONE, mode: 0o755 },
    { path: './control', content: Buffer.from(control), mode: 0o644 },
    { path: './md5sums', content: Buffer.from(sums.join('')), mode: 0o644 },
    ...(await Promise.all(scripts)),
  ];
}

/** `./`, `./opt/`, … */
function parentsOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => `${parts.slice(0, index + 1).join('/')}/`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(`${await buildDeb()}\n`);
