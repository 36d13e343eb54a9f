/**
 * The disk image for macOS, made on Linux by xorriso (HFS+) and udif.ts:
 *
 *     node build/installers/dmg/dmg.ts [--arch=arm64|x64] [PATH/Causeway.app]
 *         → dist/downloads/causeway-agent-macos-<arch>.dmg
 *
 *     install.sh             runs the one of the agent
 *     Activation.causeway    nobody's, until a relay server writes a token into it while it hands the image out
 *     Causeway.app           the application, if one is named, and a link to /Applications
 *     Causeway.app/Contents/Resources/agent, or agent
 *                            the agent with its Node (mac-files.ts): in the application, unless there is none, or
 *                            it is signed, which a file more would break
 *
 * The same application and agent make the same bytes. Application and Node are what is signed; the image itself
 * is not, for its bytes change.
 */
import { existsSync } from 'node:fs';
import {
  chmod,
  copyFile,
  cp,
  lutimes,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ACTIVATION_SLOT_BYTES, slotText } from '#relay-server/installing/dmg-slot.ts';
import type { TarEntry } from '#relay-server/installing/tar-file.ts';
import { EXECUTABLE } from '../../agent-files.ts';
import { run } from '../../command.ts';
import { MAC_PROCESSORS } from '../../mac-runtime.ts';
import { ROOT } from '../../portal-config.ts';
import { macFiles } from './mac-files.ts';
import { udifOf } from './udif.ts';

/** When HFS+ can not yet tell that it is nobody's file. */
const FIXED_TIME_S = 315_532_800;
const ACTIVATION_FILE = 'Activation.causeway';
const NOBODYS = `# This image was downloaded without an activation token: install it and run sudo causeway up --token TOKEN,
# or download it again from an install link.
`;
/** Any sum: what a relay server writes has the same. */
const SLOT_CRC = 0;

export interface DmgOptions {
  /** The agent's, for one processor. */
  readonly agent: readonly TarEntry[];
  /** The packed application, a directory whose name ends with .app. */
  readonly application?: string | undefined;
  readonly file: string;
  /** Of zlib; the most by default. */
  readonly level?: number;
}

/** Where in the image the agent is: where build/macos/image-install.sh looks. */
export const AGENT_IN_APPLICATION = 'Causeway.app/Contents/Resources/agent';
export const AGENT_ALONE = 'agent';

/** @throws Error with what xorriso said */
export async function buildDmg({ agent, application, file, level }: DmgOptions): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'causeway-dmg-'));
  const tree = join(directory, 'tree');
  try {
    await mkdir(tree);
    if (application !== undefined) {
      await cp(application, join(tree, 'Causeway.app'), { recursive: true, verbatimSymlinks: true });
      await symlink('/Applications', join(tree, 'Applications'));
    }
    await placeAgent(agent, tree, application);
    const slot = slotText(NOBODYS, SLOT_CRC);
    await writeFile(join(tree, ACTIVATION_FILE), slot);
    await fixTimes(tree);
    const image = join(directory, 'image');
    const words = [
      '-as',
      'mkisofs',
      '-quiet',
      '-hfsplus',
      '-V',
      'Causeway',
      '-uid',
      '0',
      '-gid',
      '80',
      '-o',
      image,
      tree,
    ];
    const { code, output } = await run('env', [`SOURCE_DATE_EPOCH=${FIXED_TIME_S}`, 'xorriso', ...words], {
      cwd: ROOT,
    });
    if (code !== 0) throw new Error(`xorriso ended with ${code}: ${output.trim()} (Debian: apt install xorriso)`);
    const raw = await readFile(image);
    const at = raw.indexOf(slot);
    if (at < 0 || raw.indexOf(slot, at + 1) >= 0) throw new Error('the activation file is not once in the image');
    await writeFile(file, udifOf(raw, { at, bytes: ACTIVATION_SLOT_BYTES }, level));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function placeAgent(agent: readonly TarEntry[], tree: string, application: string | undefined): Promise<void> {
  const alone = application === undefined || existsSync(join(application, 'Contents/_CodeSignature'));
  const home = join(tree, alone ? AGENT_ALONE : AGENT_IN_APPLICATION);
  for (const { path, content, mode } of agent) {
    await mkdir(dirname(join(home, path)), { recursive: true });
    await writeFile(join(home, path), content);
    await chmod(join(home, path), mode);
  }
  await copyFile(join(ROOT, 'build/macos/image-install.sh'), join(tree, 'install.sh'));
  await chmod(join(tree, 'install.sh'), EXECUTABLE);
}

async function fixTimes(directory: string): Promise<void> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = entries.map(({ parentPath, name }) => join(parentPath, name));
  // Deepest first: touching a file changes nothing above it, but a directory's own time is set last.
  for (const path of [...paths.sort().reverse(), directory]) await lutimes(path, FIXED_TIME_S, FIXED_TIME_S);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({
    options: { arch: { type: 'string', default: 'arm64' } },
    allowPositionals: true,
  });
  const processor = MAC_PROCESSORS.find((name) => name === values.arch);
  if (processor === undefined) throw new Error('--arch is arm64 or x64');
  const [application] = positionals;
  const file = join(ROOT, `dist/downloads/causeway-agent-macos-${processor}.dmg`);
  await mkdir(dirname(file), { recursive: true });
  await buildDmg({
    agent: await macFiles(processor),
    application: application === undefined ? undefined : resolve(application),
    file,
  });
  process.stdout.write(`${file}\n`);
}
