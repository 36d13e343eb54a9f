/** What the relay server has of newer versions, checked by the key that came with this one. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type CryptoKey, importJWK } from 'jose';
import { signingPublicKey } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import { type Release, verifyRelease } from '#protocol/release.ts';
import { getPinned } from '../connection/pinned-get.ts';
import type { PinnedServer } from '../connection/pinned-socket.ts';

/** Where a package has it, seen from the program in its directory lib. */
const KEY_FILE = new URL('../share/release-key', import.meta.url);

/** @returns the key that releases have to be signed by; undefined where none came along, as in a checkout */
export async function releaseKey(): Promise<CryptoKey | undefined> {
  const text = await readFile(fileURLToPath(KEY_FILE), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const x = signingPublicKey.parse(text.trim());
  return (await importJWK({ kty: 'OKP', crv: 'Ed25519', x }, 'EdDSA')) as CryptoKey;
}

/**
 * @returns undefined when the server has none
 * @throws CausewayError RELEASE_FORGED, SERVER_…
 */
export async function fetchRelease(
  target: PinnedServer,
  key: CryptoKey,
  signal: AbortSignal,
): Promise<Release | undefined> {
  const answer = await getPinned(target, '/downloads/release', signal);
  if (answer === undefined) return undefined;
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) {
    text += chunk;
    if (text.length > LIMITS.RELEASE_MAX_CHARACTERS.value) break;
  }
  return verifyRelease(text.trim(), key, Date.now());
}
