/**
 * Signs an installer for Windows by Authenticode, once for everybody, with Debian's osslsigncode:
 *
 *     node build/installers/msi/sign.ts --cert CERTIFICATE.pem --key KEY.pem [FILE.msi]
 */
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { run } from '../../command.ts';
import { ROOT } from '../../portal-config.ts';

export interface Signing {
  /** Of the signer first, then of those who vouch for it. */
  readonly certificates: string;
  readonly key: string;
}

/** Signs the file in its place. @throws Error with what osslsigncode said */
export async function signInstaller(file: string, { certificates, key }: Signing): Promise<void> {
  const signed = `${file}.signed`;
  const names = ['-n', 'Causeway', '-h', 'sha256'];
  try {
    const words = ['sign', '-certs', certificates, '-key', key, ...names, '-in', file, '-out', signed];
    const { code, output } = await run('osslsigncode', words, { cwd: ROOT });
    if (code !== 0) throw new Error(`osslsigncode ended with ${code}: ${output.trim()}`);
    await rename(signed, file);
  } finally {
    await rm(signed, { force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({
    options: { cert: { type: 'string' }, key: { type: 'string' } },
    allowPositionals: true,
  });
  if (values.cert === undefined || values.key === undefined) throw new Error('name --cert and --key');
  const file = positionals[0] ?? join(ROOT, 'dist/downloads/causeway-agent-windows-x64.msi');
  await signInstaller(file, { certificates: values.cert, key: values.key });
}
