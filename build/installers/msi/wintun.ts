/**
 * The signed wintun.dll 0.14.1 of its makers, out of a package of the registry that carries it, by its hash.
 * That package's own code is not used.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../command.ts';
import { ROOT } from '../../portal-config.ts';

const PACKAGE = '@xiaobaidadada/node-tuntap2-wintun@3.0.2';
const SHA256 = 'e5da8447dc2c320edc0fc52fa01885c103de8c118481f683643cacc3220dafce';
const IN_PACKAGE = 'package/wintun_dll/wintun-amd64.dll';
const KEPT = join(ROOT, 'dist/windows/wintun.dll');

/** @returns absolute path. @throws Error that says why there is none */
export async function wintunLibrary(): Promise<string> {
  if (existsSync(KEPT)) return KEPT;
  await mkdir(join(ROOT, 'dist/windows'), { recursive: true });
  const staging = await mkdtemp(join(ROOT, 'dist/windows/.wintun-'));
  try {
    await must('npm', ['pack', PACKAGE, '--silent', '--pack-destination', staging]);
    const [archive = ''] = await readdir(staging);
    await must('tar', ['-xzf', join(staging, archive), '-C', staging, IN_PACKAGE]);
    const hash = createHash('sha256')
      .update(await readFile(join(staging, IN_PACKAGE)))
      .digest('hex');
    if (hash !== SHA256) throw new Error(`the wintun.dll of ${PACKAGE} is not the one of its makers: ${hash}`);
    await copyFile(join(staging, IN_PACKAGE), join(staging, 'wintun.dll'));
    await rename(join(staging, 'wintun.dll'), KEPT);
    return KEPT;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function must(program: string, words: readonly string[]): Promise<void> {
  const { code, output } = await run(program, words, { cwd: ROOT });
  if (code !== 0) throw new Error(`${program} ${words[0]} ended with ${code}: ${output.trim()}`);
}
