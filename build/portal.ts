/**
 * Builds the portal into dist/portal, where the relay server finds it, unless it is there already:
 *
 *     node build/portal.ts              builds if the sources have changed; says nothing if not
 *     node build/portal.ts --size       builds if need be, prints what a first visit downloads, and fails
 *                                       if that is over the budget
 *
 * Beside each file stand its .br and .gz. Runs in `npm ci` too, also where the packages it needs were left
 * out: then it says so in one line and leaves things as they are.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip, gzipSync } from 'node:zlib';
import type { Rolldown } from 'vite';

const ROOT = resolve(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');
const OUTPUT = join(DIST, 'portal');
/** Beside the folder and not in it, because everything in it is served. */
const RECORD = join(DIST, 'portal.json');
const SOURCES = ['relay-server/portal', 'protocol'];
const SOURCE_FILES = ['package.json', 'package-lock.json', 'build/portal.ts', 'build/portal-config.ts'];
/** The page that a first visit ends on; what it loads counts. */
const FIRST_PAGE = 'pages/computers/computers-page.tsx';
/** 350 KB: what a visitor on a slow line (1.5 Mbit/s) waits two seconds for. */
const BUDGET_BYTES = 350_000;
const COMPRESSED = /\.(?:js|css|svg|json|txt)$/;

interface BuildRecord {
  /** Of everything that the files follow from. */
  readonly sources: string;
  readonly firstVisit: { readonly files: number; readonly gzipBytes: number };
}

const record = await builtPortal();
if (process.argv.includes('--size')) {
  if (record === undefined) process.exitCode = 1;
  else {
    const { files, gzipBytes } = record.firstVisit;
    console.log(`A first visit downloads ${kilobytes(gzipBytes)} (gzip) in ${files} files, of at most 350 KB.`);
    if (gzipBytes > BUDGET_BYTES) process.exitCode = 1;
  }
}

/** @returns undefined where it can not be built */
async function builtPortal(): Promise<BuildRecord | undefined> {
  const sources = hashOfSources();
  if (existsSync(RECORD) && existsSync(join(OUTPUT, 'index.html'))) {
    const last: BuildRecord = JSON.parse(readFileSync(RECORD, 'utf8'));
    if (last.sources === sources) return last;
  }
  if (!existsSync(join(ROOT, 'node_modules/vite')) || !existsSync(join(ROOT, 'node_modules/react'))) {
    console.log('The portal was not built: `npm ci` without --omit=dev installs what builds it.');
    return undefined;
  }
  const started = performance.now();
  const built: BuildRecord = { sources, firstVisit: await build() };
  await writeFile(RECORD, JSON.stringify(built));
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(
    `Built the portal in ${seconds} s: a first visit downloads ${kilobytes(built.firstVisit.gzipBytes)} (gzip).`,
  );
  return built;
}

/** Written beside its place and moved there at the end: a server may be serving the last build right now. */
async function build(): Promise<BuildRecord['firstVisit']> {
  const { build: viteBuild } = await import('vite');
  const { portalConfig } = await import('./portal-config.ts');
  const config = portalConfig();
  const staging = join(DIST, `.portal-${process.pid}`);
  const old = `${staging}-old`;
  try {
    const output = await viteBuild({ ...config, build: { ...config.build, outDir: staging, emptyOutDir: true } });
    if (!('output' in output)) throw new Error('Vite answered with something that is no build');
    await compressAll(staging);
    await mkdir(OUTPUT, { recursive: true });
    await rename(OUTPUT, old);
    await rename(staging, OUTPUT);
    return firstVisit(output.output);
  } finally {
    await rm(staging, { recursive: true, force: true });
    await rm(old, { recursive: true, force: true });
  }
}

async function compressAll(folder: string): Promise<void> {
  const [brotli, deflate] = [promisify(brotliCompress), promisify(gzip)];
  const files = (await readdir(join(folder, 'assets'))).filter((name) => COMPRESSED.test(name));
  await Promise.all(
    files.map(async (name) => {
      const path = join(folder, 'assets', name);
      const bytes = await readFile(path);
      await writeFile(`${path}.br`, await brotli(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
      await writeFile(`${path}.gz`, await deflate(bytes, { level: 9 }));
    }),
  );
}

/** What the browser fetches before the first page stands: the entry and that page, with all they import. */
function firstVisit(output: Rolldown.RolldownOutput['output']): BuildRecord['firstVisit'] {
  const byName = new Map(output.map((file) => [file.fileName, file]));
  const wanted = new Set<string>(['index.html']);
  const want = (name: string) => {
    if (wanted.has(name)) return;
    wanted.add(name);
    const file = byName.get(name);
    if (file?.type !== 'chunk') return;
    for (const imported of file.imports) want(imported);
    for (const style of file.viteMetadata?.importedCss ?? []) want(style);
  };
  for (const file of output) {
    if (file.type === 'chunk' && (file.isEntry || file.facadeModuleId?.endsWith(FIRST_PAGE))) want(file.fileName);
  }
  let gzipBytes = 0;
  for (const name of wanted) {
    const file = byName.get(name);
    if (file === undefined) throw new Error(`${name} is imported and was not built`);
    gzipBytes += gzipSync(file.type === 'chunk' ? file.code : file.source, { level: 9 }).length;
  }
  return { files: wanted.size, gzipBytes };
}

function hashOfSources(): string {
  const hash = createHash('sha256');
  const listed = SOURCES.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  const paths = [...listed, ...SOURCE_FILES.map((file) => join(ROOT, file))].sort();
  for (const path of paths) hash.update(path.slice(ROOT.length)).update('\0').update(readFileSync(path)).update('\0');
  return hash.digest('hex');
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} KB`;
}
