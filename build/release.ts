/**
 * Signs what lies among the downloads as a release:
 *
 *     node build/release.ts --key KEY.pem [--rollout PERCENT] [--directory DIRECTORY]
 *
 * The key (Ed25519, PKCS #8) is made if it is not there, and belongs where packages are built, not on relay
 * servers. Packages that are built with CAUSEWAY_RELEASE_KEY=KEY.pem take updates that it has signed.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { importPKCS8 } from 'jose';
import { AGENT_VERSION } from '#agent/control/software.ts';
import { signRelease } from '#protocol/release.ts';
import { Downloads } from '#relay-server/installing/downloads.ts';
import { ROOT } from './portal-config.ts';

export interface Releasing {
  /** Directory of the packages, in which the statement is put. */
  readonly directory: string;
  readonly keyFile: string;
  readonly version?: string;
  /** Of all machines, so many in a hundred are told of it. */
  readonly rollout?: number;
}

/** @returns path of the statement */
export async function release({
  directory,
  keyFile,
  version = AGENT_VERSION,
  rollout = 100,
}: Releasing): Promise<string> {
  if (!existsSync(keyFile)) makeKey(keyFile);
  const key = await importPKCS8(readFileSync(keyFile, 'utf8'), 'EdDSA');
  const files = await new Downloads(directory).list();
  const text = await signRelease({ iat: Math.floor(Date.now() / 1000), version, rollout, files }, key);
  const file = join(directory, 'release.jws');
  await writeFile(`${file}.new`, `${text}\n`);
  await rename(`${file}.new`, file);
  return file;
}

/** @returns the public half as packages have it, in base64url; undefined where no key is named */
export function releaseKeyOf(keyFile: string | undefined): string | undefined {
  if (keyFile === undefined || keyFile === '') return undefined;
  if (!existsSync(keyFile)) makeKey(keyFile);
  return createPublicKey(createPrivateKey(readFileSync(keyFile, 'utf8'))).export({ format: 'jwk' }).x;
}

function makeKey(file: string): void {
  const { privateKey } = generateKeyPairSync('ed25519');
  writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      key: { type: 'string' },
      rollout: { type: 'string', default: '100' },
      directory: { type: 'string', default: join(ROOT, 'dist/downloads') },
    },
  });
  if (values.key === undefined) throw new Error('name the key: --key KEY.pem');
  const { directory } = values;
  process.stdout.write(`${await release({ directory, keyFile: values.key, rollout: Number(values.rollout) })}\n`);
}
