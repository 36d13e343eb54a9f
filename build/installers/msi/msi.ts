/**
 * The installer for Windows, made on Linux by wixl and msibuild:
 *
 *     node build/installers/msi/msi.ts      → dist/downloads/causeway-agent-windows-x64.msi
 *
 * The same source makes the same bytes. Signed afterwards, once for everybody (sign.ts): a relay server
 * changes nothing in it but the name under which it hands it out.
 */
import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AGENT_VERSION } from '#agent/control/software.ts';
import { run } from '../../command.ts';
import { ROOT } from '../../portal-config.ts';
import { packedOnce } from '../packed-once.ts';
import { guidOf } from './guid.ts';
import { fixTimes } from './summary.ts';
import { queriesFor } from './tables.ts';
import { windowsFiles } from './windows-files.ts';
import { type PackedFile, wxsOf } from './wxs.ts';

/** The earliest that a cabinet can have. */
const FIXED_TIME = new Date('1980-01-01T00:00:00Z');

export interface MsiOptions {
  readonly files: readonly PackedFile[];
  /** The desktop application's program among the files, if it is packed. */
  readonly application?: string;
  readonly version?: string;
  /** Absolute path; by default among the downloads. */
  readonly file?: string;
}

/** @returns absolute path of the installer of this source. @throws Error that says what is missing */
export async function buildAgentMsi(options: Omit<MsiOptions, 'files' | 'application'> = {}): Promise<string> {
  return buildMsi({ ...options, files: await windowsFiles() });
}

/**
 * @returns absolute path of the installer
 * @throws Error with what wixl or msibuild said
 */
export async function buildMsi({
  files,
  application,
  version = AGENT_VERSION,
  file = join(ROOT, 'dist/downloads/causeway-agent-windows-x64.msi'),
}: MsiOptions): Promise<string> {
  const contents = await Promise.all(files.map(async ({ path, from }) => [path, await readFile(from)] as const));
  const description = { version, files: files.map(({ path }) => ({ path, from: path })), application };
  const from = [wxsOf(description), ...queriesFor(''), ...contents.flat()];
  const packageCode = guidOf(
    'package',
    createHash('sha256')
      .update(JSON.stringify(from.map(digestOf)))
      .digest(),
  );
  return packedOnce({
    file,
    notes: join(ROOT, 'dist'),
    from,
    make: (path) => make(path, { version, files, application }, packageCode),
  });
}

async function make(
  path: string,
  description: Required<Pick<MsiOptions, 'version' | 'files'>> & { application: string | undefined },
  packageCode: string,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'causeway-msi-'));
  try {
    const staged: PackedFile[] = [];
    for (const { path, from } of description.files) {
      const copy = join(directory, 'files', path);
      await mkdir(dirname(copy), { recursive: true });
      await copyFile(from, copy);
      await utimes(copy, FIXED_TIME, FIXED_TIME);
      staged.push({ path, from: `files/${path}` });
    }
    const source = join(directory, 'causeway.wxs');
    const msi = join(directory, 'causeway.msi');
    await writeFile(source, wxsOf({ ...description, files: staged }));
    await must('wixl', ['--arch', 'x64', '--output', msi, source]);
    await must('msibuild', [msi, '-q', ...queriesFor(await rowWithToken(msi))]);
    await must('msibuild', [msi, '-s', 'Causeway', 'Causeway', 'x64;1033', `{${packageCode}}`]);
    const bytes = await readFile(msi);
    fixTimes(bytes);
    await writeFile(path, bytes);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** wixl names rows by what is in them. */
async function rowWithToken(msi: string): Promise<string> {
  const rows = await must('msiinfo', ['export', msi, 'Registry']);
  const row = rows.split(/\r?\n/).find((line) => line.includes('\tActivationToken\t'));
  if (row === undefined) throw new Error('the installer writes no activation token');
  return row.split('\t')[0] ?? '';
}

async function must(program: string, words: readonly string[]): Promise<string> {
  const { code, output } = await run(program, words, { cwd: ROOT });
  // wixl says what it does not like and ends well all the same.
  if (code !== 0 || /error|critical/i.test(program === 'wixl' ? output : ''))
    throw new Error(`${program} ended with ${code}: ${output.trim()} (Debian: apt install wixl msitools)`);
  return output;
}

function digestOf(part: string | Uint8Array): string {
  return createHash('sha256').update(part).digest('hex');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(`${await buildAgentMsi()}\n`);
