/**
 * Builds the desktop application into dist/desktop, as Electron starts it and an installer packs it:
 *
 *     main.js          the main process
 *     hosted-agent.js  the engine, loaded where the application runs the agent itself
 *     node_modules/    koffi, which the engine needs
 *     preload.cjs      the preload script
 *     window/          the window's page
 *     tray/            pictures of the icon
 *     package.json     what Electron reads first
 *
 *     node build/desktop.ts            builds it
 *     node build/desktop.ts --size     builds it, and fails if the page is over its budget
 */
import { cp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { type InputOptions, rolldown } from 'rolldown';
import { build as viteBuild } from 'vite';
import { AGENT_VERSION } from '#agent/control/software.ts';
import { koffiFiles } from './koffi-files.ts';
import { ROOT } from './portal-config.ts';
import { windowConfig } from './window-config.ts';

/** 300 KB: read from the disk and parsed, every time that the window is made. */
const BUDGET_BYTES = 300_000;

export interface DesktopBuild {
  /** Of the built application. */
  readonly directory: string;
  /** What the page loads first: scripts and style sheets, compressed. */
  readonly windowGzipBytes: number;
}

export interface DesktopBuildOptions {
  readonly directory: string;
  /** File name and format of the main process's program; one in CommonJS brings no engine. */
  readonly main: { readonly file: string; readonly format: 'esm' | 'cjs' };
  /** More of the bundler's options, for an Electron that is not ours. */
  readonly input?: Omit<InputOptions, 'input'>;
  readonly window?: Parameters<typeof windowConfig>[0];
}

export const PRODUCT: DesktopBuildOptions = {
  directory: join(ROOT, 'dist/desktop'),
  main: { file: 'main.js', format: 'esm' },
};

/** Built beside its place and moved there at the end: somebody may be starting the last one right now. */
export async function buildDesktop(options: DesktopBuildOptions = PRODUCT): Promise<DesktopBuild> {
  const { directory, main, input = {}, window } = options;
  const staging = `${directory}-${process.pid}`;
  const old = `${staging}-old`;
  try {
    await mkdir(staging, { recursive: true });
    const config = windowConfig(window);
    const [page] = await Promise.all([
      viteBuild({ ...config, build: { ...config.build, outDir: join(staging, 'window'), emptyOutDir: true } }),
      bundle('electron/main/main.ts', staging, main, input),
      bundle('electron/preload/preload.ts', staging, { file: 'preload.cjs', format: 'cjs' }, input),
      ...(main.format === 'esm' ? koffiFiles() : []).map(({ path, from }) =>
        cp(from, join(staging, 'node_modules', path)),
      ),
      cp(join(ROOT, 'electron/tray'), join(staging, 'tray'), { recursive: true }),
      writeFile(join(staging, 'package.json'), packageJson(main)),
    ]);
    if (!('output' in page)) throw new Error('Vite answered with something that is no build');
    await mkdir(directory, { recursive: true });
    await rename(directory, old);
    await rename(staging, directory);
    return { directory, windowGzipBytes: firstLoad(page.output) };
  } finally {
    await rm(staging, { recursive: true, force: true });
    await rm(old, { recursive: true, force: true });
  }
}

async function bundle(
  entry: string,
  directory: string,
  { file, format }: DesktopBuildOptions['main'],
  more: Omit<InputOptions, 'input'>,
) {
  const built = await rolldown({
    platform: 'node',
    external: ['electron', 'koffi'],
    logLevel: 'silent',
    ...more,
    input: join(ROOT, entry),
  });
  if (format === 'cjs') await built.write({ file: join(directory, file), format, codeSplitting: false });
  else await built.write({ dir: directory, format, entryFileNames: file, chunkFileNames: '[name].js' });
  await built.close();
}

function packageJson({ file, format }: DesktopBuildOptions['main']): string {
  return `${JSON.stringify({
    name: 'causeway',
    productName: 'Causeway',
    version: AGENT_VERSION,
    main: file,
    type: format === 'esm' ? 'module' : 'commonjs',
  })}\n`;
}

type Output = Extract<Awaited<ReturnType<typeof viteBuild>>, { output: unknown }>['output'];

/** The page loads nothing later: all of it is its first load. */
function firstLoad(output: Output): number {
  return output
    .filter(({ fileName }) => /\.(?:js|css|html)$/.test(fileName))
    .reduce((sum, file) => sum + gzipSync(file.type === 'chunk' ? file.code : file.source, { level: 9 }).length, 0);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { directory, windowGzipBytes } = await buildDesktop();
  const within = windowGzipBytes <= BUDGET_BYTES;
  console.log(`${directory}: the window loads ${(windowGzipBytes / 1000).toFixed(1)} KB (gzip), of at most 300 KB.`);
  if (process.argv.includes('--size') && !within) process.exitCode = 1;
}
