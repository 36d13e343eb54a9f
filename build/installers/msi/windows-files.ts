/**
 * What the installer for Windows puts on a computer: the agent with a Node of its own, the driver's library,
 * and the licences.
 *
 *     bin/node.exe, bin/causeway.cmd, bin/wintun.dll
 *     lib/causeway.js, lib/lwip.wasm, lib/causeway-pac.js, lib/quickjs.wasm, lib/package.json
 *     lib/node_modules/      koffi and its native module for Windows
 *     share/                 licences
 */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BESIDE_AGENT, bundleForNode22 } from '../../bundle.ts';
import { koffiFiles } from '../../koffi-files.ts';
import { ROOT } from '../../portal-config.ts';
import { windowsRuntime } from '../../windows-runtime.ts';
import { wintunLibrary } from './wintun.ts';
import type { PackedFile } from './wxs.ts';

const NATIVE = '@koromix/koffi-win32-x64';

/** @throws Error that says what can not be had */
export async function windowsFiles(): Promise<PackedFile[]> {
  const runtime = windowsRuntime();
  if (typeof runtime === 'string') throw new Error(runtime);
  const agent = await bundleForNode22();
  const made = join(dirname(agent), 'package.json');
  await mkdir(dirname(made), { recursive: true });
  // Node takes the bundle for a module by this.
  await writeFile(made, '{"type":"module"}\n');
  const beside = (name: string): PackedFile => ({ path: `lib/${name}`, from: join(dirname(agent), name) });
  return [
    { path: 'bin/node.exe', from: runtime.node },
    { path: 'bin/causeway.cmd', from: join(ROOT, 'build/windows/causeway.cmd') },
    { path: 'bin/wintun.dll', from: await wintunLibrary() },
    { path: 'lib/causeway.js', from: agent },
    { path: 'lib/package.json', from: made },
    ...BESIDE_AGENT.map(beside),
    ...koffiFiles()
      .filter(({ path }) => path.startsWith('koffi/'))
      .map(({ path, from }) => ({ path: `lib/node_modules/${path}`, from })),
    ...(await allIn(join(runtime.modules, NATIVE))).map((path) => ({
      path: `lib/node_modules/${NATIVE}/${path}`,
      from: join(runtime.modules, NATIVE, path),
    })),
    { path: 'share/LICENSE', from: join(ROOT, 'LICENSE') },
    { path: 'share/LICENSE.wintun', from: join(import.meta.dirname, 'LICENSE.wintun') },
  ];
}

async function allIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /\.(?:node|js|json)$/.test(entry.name))
    .map(({ parentPath, name }) => join(parentPath, name).slice(directory.length + 1))
    .sort();
}
