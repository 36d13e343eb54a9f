/**
 * The files of the agent for a Mac, as build/macos/install.sh takes them from the disk image:
 *
 *     bin/node              Node for that processor, as its makers signed it
 *     bin/causeway          the command
 *     lib/                  as agent-files.ts has it, with koffi and its native module for that processor
 *     share/                list for launchd, installation, removal, licences
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AGENT_VERSION } from '#agent/control/software.ts';
import type { TarEntry } from '#relay-server/installing/tar-file.ts';
import { type AgentFilesOptions, EXECUTABLE, fileEntry, programFiles, sharedFiles } from '../../agent-files.ts';
import { bundle } from '../../bundle.ts';
import { koffiFiles } from '../../koffi-files.ts';
import { type MacProcessor, macRuntime } from '../../mac-runtime.ts';
import { ROOT } from '../../portal-config.ts';
import { machO } from './mach-o.ts';

const LABEL = 'org.causeway.agent';

/**
 * @returns in a fixed order
 * @throws Error that says what can not be had
 */
export async function macFiles(
  processor: MacProcessor,
  { version = AGENT_VERSION, releaseKey = process.env.CAUSEWAY_RELEASE_KEY }: AgentFilesOptions = {},
): Promise<TarEntry[]> {
  const runtime = macRuntime(processor);
  if (typeof runtime === 'string') throw new Error(runtime);
  const { agent } = await bundle();
  const source = (name: string) => join(ROOT, 'build/macos', name);
  const native = join(runtime.modules, runtime.koffi);
  const node = { version: `v${runtime.nodeVersion}`, directory: runtime.licence };
  const files = [
    await fileEntry('bin/causeway', source('causeway'), EXECUTABLE),
    await fileEntry('bin/node', runtime.node, EXECUTABLE),
    ...(await programFiles(agent, version)),
    ...(await Promise.all(
      koffiFiles()
        .filter(({ path }) => path.startsWith('koffi/'))
        .map(({ path, from }) => fileEntry(`lib/node_modules/${path}`, from)),
    )),
    ...(await Promise.all(
      (await filesIn(native)).map((path) => fileEntry(`lib/node_modules/${runtime.koffi}/${path}`, join(native, path))),
    )),
    await fileEntry(`share/${LABEL}.plist`, source(`${LABEL}.plist`)),
    await fileEntry('share/install.sh', source('install.sh'), EXECUTABLE),
    await fileEntry('share/uninstall.sh', source('uninstall.sh'), EXECUTABLE),
    ...(await sharedFiles(agent, node, releaseKey)),
  ];
  for (const { path, content } of files) {
    if (!/(?:^bin\/node|\.node)$/.test(path)) continue;
    const program = machO(content);
    if (program?.processor !== processor) throw new Error(`${path} is not for macOS on ${processor}`);
    // Of Apple silicon the kernel runs nothing that is not signed at all.
    if (processor === 'arm64' && !program.signed) throw new Error(`${path} is not signed`);
  }
  return files;
}

/** Without its README. */
async function filesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /\.(?:node|js|json)$/.test(entry.name))
    .map(({ parentPath, name }) => join(parentPath, name).slice(directory.length + 1))
    .sort();
}
