/**
 * Bundles what users run: dist/causeway.js (agent and command) with dist/causeway-pac.js (its thread for proxy
 * configurations, so that only who needs it loads it), and dist/causeway-relay.js (server). Agent and server are a
 * few lines that launch the program itself, -main.js beside them (runtime/launch.ts).
 * Native code stays outside: koffi is loaded from node_modules, or from beside the bundle once packaged.
 */
import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { builtinsByName } from './builtins-by-name.ts';

export interface Bundles {
  /** Absolute path of the agent and its command. */
  readonly agent: string;
  /** Absolute path of the relay server. */
  readonly relay: string;
}

/** Line breaks and indentation are a third of the source, which V8 keeps; names stay, for whoever reads a stack. */
const WHITESPACE = { compress: false, mangle: false, codegen: { removeWhitespace: true } } as const;
const EXTERNAL = ['koffi', 'pg-native'];

/**
 * Writes both bundles with source maps.
 * @throws Error when a source file can not be resolved or parsed
 */
export async function bundle(): Promise<Bundles> {
  const written = [
    bundleOne('../runtime/launch.ts', '../dist/causeway.js'),
    bundleOne('../runtime/launch.ts', '../dist/causeway-relay.js'),
    bundleOne('../agent/main.ts', '../dist/causeway-main.js', { launched: true }),
    bundleOne('../relay-server/main.ts', '../dist/causeway-relay-main.js', { launched: true }),
    bundleOne('../agent/proxy/pac-program.ts', '../dist/causeway-pac.js'),
  ] as const;
  await Promise.allSettled(written); // a failure of one leaves the others time to tidy up
  const [agent, relay] = await Promise.all(written);
  await placeWasm(agent);
  return { agent, relay };
}

/**
 * The agent for a Node that knows no `using` yet (22), as Wine runs it, into dist/windows/.
 * @returns absolute path of the agent
 */
export async function bundleForNode22(): Promise<string> {
  const [agent] = await Promise.all([
    bundleOne('../agent/main.ts', '../dist/windows/causeway.js', { target: 'node22' }),
    bundleOne('../agent/proxy/pac-program.ts', '../dist/windows/causeway-pac.js', { target: 'node22' }),
  ]);
  await placeWasm(agent);
  return agent;
}

/** What lies beside the agent: the bundle of its thread, and what either reads by its own address. */
export const BESIDE_AGENT = ['causeway-pac.js', 'lwip.wasm', 'quickjs.wasm'] as const;

/** The program itself, which the bundle launches. */
export function mainOf(bundlePath: string): string {
  return bundlePath.replace(/\.js$/, '-main.js');
}

interface Form {
  readonly target?: string;
  /** By runtime/launch.ts, which V8 only lets keep what it made of a script: an expression, the function that it calls. */
  readonly launched?: boolean;
}

const LAUNCHED = {
  format: 'cjs',
  banner: "(function(require,__filename,__dirname){'use strict';",
  footer: '})',
} as const;

/** Written beside its place and moved there in one step: somebody may be starting the bundle right now. */
async function bundleOne(entry: string, output: string, { target, launched = false }: Form = {}): Promise<string> {
  const file = here(output);
  await mkdir(dirname(file), { recursive: true });
  // Not by the process's number: two labs are both the first process of their own namespace.
  const staging = await mkdtemp(join(dirname(file), `.${basename(file)}-`));
  try {
    const built = await rolldown({
      input: here(entry),
      platform: 'node',
      external: EXTERNAL,
      logLevel: 'silent',
      plugins: [builtinsByName],
      ...(target === undefined ? {} : { transform: { target } }),
    });
    const staged = join(staging, basename(file));
    await built.write({
      file: staged,
      ...(launched ? LAUNCHED : { format: 'esm' }),
      sourcemap: true,
      codeSplitting: false,
      comments: false,
      minify: WHITESPACE,
    });
    await built.close();
    await writeFile(staged, oneByteSource(await readFile(staged, 'utf8')));
    for (const suffix of ['.map', '']) await rename(staged + suffix, file + suffix);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return file;
}

async function placeWasm(agent: string): Promise<void> {
  await placeBeside(agent, '../native/lwip/lwip.wasm');
  await placeBeside(agent, '../node_modules/quickjs-wasi/quickjs.wasm');
}

/** What a bundle reads by its own address. In one step, as the bundle itself. */
async function placeBeside(bundlePath: string, path: string): Promise<void> {
  const file = join(dirname(bundlePath), basename(path));
  const staged = `${file}-${randomUUID()}`;
  await copyFile(here(path), staged);
  await rename(staged, file);
}

/**
 * The same program with what is beyond ASCII as escapes: V8 keeps the source for as long as it runs, and
 * Node gives it one byte for each character only if all of them are ASCII, else two.
 * @throws Error where an escape would be another text
 */
export function oneByteSource(code: string): string {
  if (/String\.raw`[^`]*[^\0-\x7f]/.test(code)) throw new Error('a raw template holds characters beyond ASCII');
  return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function here(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { agent, relay } = await bundle();
  process.stdout.write(`${agent}\n${relay}\n`);
}
