/**
 * Builds native/lwip/lwip.wasm from Debian's source of lwIP with Debian's clang, lld and wasi-libc: the same
 * bytes from the same versions. `npm run build:lwip` writes it; with `--check` it only compares.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LIMITS } from '#protocol/limits.ts';

const NATIVE = here('../native/lwip');
const ARTEFACT = join(NATIVE, 'lwip.wasm');
const RECORD = join(NATIVE, 'lwip.json');
/** What was fetched stays here for the next time. */
const CACHE = here('../dist/lwip');

interface Record {
  /** Debian's source package, and SHA-256 of the upstream archive in it. */
  readonly source: {
    readonly package: string;
    readonly version: string;
    readonly archive: string;
    readonly sha256: string;
  };
  /** Version by Debian package: another compiler makes other bytes. */
  readonly tools: Readonly<{ [debianPackage: string]: string }>;
  /** SHA-256 of lwip.wasm. */
  readonly sha256: string;
}

const CORE = 'def inet_chksum init ip mem memp netif pbuf tcp tcp_in tcp_out timeouts udp';
const IPV4 = 'icmp ip4 ip4_addr ip4_frag';
const IPV6 = 'icmp6 inet6 ip6 ip6_addr ip6_frag nd6';
const SOURCES = [
  ...CORE.split(' ').map((name) => `core/${name}.c`),
  ...IPV4.split(' ').map((name) => `core/ipv4/${name}.c`),
  ...IPV6.split(' ').map((name) => `core/ipv6/${name}.c`),
];

const COMPILER = ['--target=wasm32-wasi', '-isystem', '/usr/include/wasm32-wasi', '-O3', '-flto', '-nostartfiles'];
/** What every engine has that runs Node 22. */
const FEATURES = ['-mbulk-memory', '-msign-ext', '-mnontrapping-fptoint'];
const MEMORY_MAX_BYTES = LIMITS.USERSPACE_MEMORY_MAX_BYTES.value;
const LINKER = ['--no-entry', '--strip-all', '-z,stack-size=65536', '--initial-memory=1048576'];

/** The committed module and what is said of it. */
export function committed(): { readonly sha256: string; readonly record: Record } {
  return { sha256: sha256(readFileSync(ARTEFACT)), record: JSON.parse(readFileSync(RECORD, 'utf8')) as Record };
}

/** Why these bytes can not be made here, as a sentence; null when they can. Looks at versions, fetches nothing. */
export function obstacle(): string | null {
  const { tools } = committed().record;
  const wrong = Object.entries(tools).filter(([name, version]) => installedVersion(name) !== version);
  if (wrong.length === 0) return null;
  return `needs ${wrong.map(([name, version]) => `${name}=${version}`).join(', ')}`;
}

export function isSourceHere(): boolean {
  return existsSync(join(CACHE, committed().record.source.archive));
}

/** @returns the module, made anew. @throws Error with what a tool printed */
export async function buildLwip(): Promise<Buffer> {
  const { source } = committed().record;
  const archive = await sourceArchive(source);
  const work = await mkdtemp(join(tmpdir(), 'causeway-lwip-'));
  try {
    run('tar', ['-xf', archive, '-C', work, '--strip-components=1'], work);
    const sources = join(work, 'src');
    const own = join(NATIVE, 'source');
    // Nothing of where this happens gets into the module.
    const paths = [`-ffile-prefix-map=${sources}=lwip`, `-ffile-prefix-map=${own}=shim`];
    const link = [...LINKER, `--max-memory=${MEMORY_MAX_BYTES}`].map((flag) => `-Wl,${flag}`);
    const input = ['-I', own, '-I', 'include', join(own, 'shim.c'), ...SOURCES];
    const output = join(work, 'lwip.wasm');
    run('clang-19', [...COMPILER, ...FEATURES, '-w', ...paths, ...input, '-o', output, ...link], sources);
    return await readFile(output);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function sourceArchive({ package: name, version, archive, sha256: expected }: Record['source']): Promise<string> {
  const file = join(CACHE, archive);
  if (!existsSync(file)) await fetchSource(`${name}=${version}`, archive);
  const found = sha256(await readFile(file));
  if (found !== expected) throw new Error(`${archive} has the SHA-256 ${found}, not ${expected}`);
  return file;
}

/** By apt, from where this Debian has its packages from; its own lists stay as they are. */
async function fetchSource(wanted: string, archive: string): Promise<void> {
  const format = ['--format', 'deb-src $(SITE) $(RELEASE) $(COMPONENT)', 'Identifier: Packages', 'Origin: Debian'];
  const lines = [
    ...new Set(
      run('apt-get', ['indextargets', ...format], '/')
        .trim()
        .split('\n'),
    ),
  ];
  const work = await mkdtemp(join(tmpdir(), 'causeway-source-'));
  try {
    await mkdir(join(work, 'lists', 'partial'), { recursive: true });
    await writeFile(join(work, 'sources.list'), `${lines.join('\n')}\n`);
    const own = [
      `Dir::Etc::SourceList=${work}/sources.list`,
      'Dir::Etc::SourceParts=-',
      `Dir::State::Lists=${work}/lists`,
    ];
    const options = own.flatMap((option) => ['-o', option]);
    run('apt-get', [...options, 'update'], work);
    run('apt-get', [...options, 'source', '--download-only', wanted], work);
    if (!(await readdir(work)).includes(archive)) throw new Error(`apt-get source ${wanted} did not bring ${archive}`);
    await mkdir(CACHE, { recursive: true });
    await copyFile(join(work, archive), join(CACHE, archive));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function run(program: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  if (status === 0) return stdout;
  throw new Error(`${program} failed: ${error?.message ?? stderr.trim()}`);
}

function installedVersion(debianPackage: string): string | undefined {
  const { status, stdout } = spawnSync('dpkg-query', ['--show', debianPackage], { encoding: 'utf8' });
  return status === 0 ? stdout.trim().split('\t')[1] : undefined;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function here(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { record, sha256: before } = committed();
  const isCheck = process.argv.includes('--check');
  const missing = obstacle();
  if (missing !== null) throw new Error(`These bytes can not be made here: it ${missing}.`);
  const built = await buildLwip();
  const after = sha256(built);
  if (!isCheck) {
    await writeFile(ARTEFACT, built);
    await writeFile(RECORD, `${JSON.stringify({ ...record, sha256: after }, null, 2)}\n`);
  }
  process.stdout.write(`${after === before ? 'the same bytes as before' : 'other bytes than before'}: ${after}\n`);
  if (isCheck && after !== before) process.exitCode = 1;
}
