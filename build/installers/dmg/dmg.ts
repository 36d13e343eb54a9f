/**
 * The disk image for macOS, made on Linux by xorriso (HFS+) and udif.ts:
 *
 *     node build/installers/dmg/dmg.ts [--arch=arm64|x64] PATH/Causeway.app
 *         → dist/downloads/causeway-agent-macos-<arch>.dmg
 *
 * It shows the application, a link to /Applications, and a file that is nobody's activation file until a
 * relay server writes a token into it while it hands the image out. The same application makes the same
 * bytes. The application in it is signed and notarised; the image itself is not, for its bytes change.
 */
import { cp, lutimes, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ACTIVATION_SLOT_BYTES, slotText } from '#relay-server/installing/dmg-slot.ts';
import { run } from '../../command.ts';
import { ROOT } from '../../portal-config.ts';
import { udifOf } from './udif.ts';

/** When HFS+ can not yet tell that it is nobody's file. */
const FIXED_TIME_S = 315_532_800;
const ACTIVATION_FILE = 'Activation.causeway';
const NOBODYS = `# This image was downloaded without an activation token: open Causeway and paste one, or download it
# again from an install link.
`;
/** Any sum: what a relay server writes has the same. */
const SLOT_CRC = 0;

export interface DmgOptions {
  /** The packed application, a directory whose name ends with .app. */
  readonly application: string;
  readonly file: string;
  /** Of zlib; the most by default. */
  readonly level?: number;
}

/** @throws Error with what xorriso said */
export async function buildDmg({ application, file, level }: DmgOptions): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'causeway-dmg-'));
  const tree = join(directory, 'tree');
  try {
    await mkdir(tree);
    await cp(application, join(tree, 'Causeway.app'), { recursive: true, verbatimSymlinks: true });
    await symlink('/Applications', join(tree, 'Applications'));
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
  const [application] = positionals;
  if (application === undefined) throw new Error('name the application: PATH/Causeway.app');
  const file = join(ROOT, `dist/downloads/causeway-agent-macos-${values.arch}.dmg`);
  await buildDmg({ application: resolve(application), file });
  process.stdout.write(`${file}\n`);
}
