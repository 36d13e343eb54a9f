/**
 * The lock key: an Ed25519 key that an administrator keeps in a file of their own, offline. The file is text;
 * lines that begin with # are for people. Read by browsers and by command lines; a server never sees it.
 *
 *     cwl1_<base64url of: seed(32) checksum(4)>      checksum: first bytes of SHA-256 over the seed
 */
import { sha256 } from '@noble/hashes/sha2.js';
import type { CryptoKey } from 'jose';
import { concatBytes, equalBytes, fromBase64url, fromHex, toBase64url } from '../encoding.ts';
import { CausewayError } from '../errors.ts';
import { type SigningPublicKey, signingPublicKey } from '../ids.ts';

const PREFIX = 'cwl1_';
const SEED_BYTES = 32;
const CHECKSUM_BYTES = 4;
/** PKCS #8 around a seed (RFC 8410 §7). */
const PKCS8_PREFIX = fromHex('302e020100300506032b657004220420');

/** A file that is longer holds no key. */
export const LOCK_KEY_FILE_MAX_BYTES = 4_096;

export interface LockKey {
  readonly publicKey: SigningPublicKey;
  /** Signs; where it runs in a browser it can not be read out again. */
  readonly privateKey: CryptoKey;
}

/** A new seed. Secret: wipe it when the key was made and the file was written. */
export function newSeed(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(SEED_BYTES));
}

/** @param seed {@link newSeed}'s, or a token's. */
export async function lockKeyOf(seed: Uint8Array): Promise<LockKey> {
  const pkcs8 = Uint8Array.from(concatBytes(PKCS8_PREFIX, seed));
  try {
    const readable = await crypto.subtle.importKey('pkcs8', pkcs8, 'Ed25519', true, ['sign']);
    const { x } = await crypto.subtle.exportKey('jwk', readable);
    const privateKey = await crypto.subtle.importKey('pkcs8', pkcs8, 'Ed25519', false, ['sign']);
    return { publicKey: signingPublicKey.parse(x), privateKey };
  } finally {
    pkcs8.fill(0);
  }
}

/** The text of a key's file. Secret. */
export function lockKeyFile(seed: Uint8Array, name: string, publicKey: SigningPublicKey, subscription: string): string {
  const clean = (text: string) => text.replace(/[\r\n]+/g, ' ');
  return [
    `# Lock key “${clean(name)}” of the subscription ${clean(subscription)}`,
    '# Whoever has this file can let machines in. Keep it offline, and a copy of it elsewhere.',
    `# Its public half: ${publicKey}`,
    PREFIX + toBase64url(concatBytes(seed, sha256(seed).subarray(0, CHECKSUM_BYTES))),
    '',
  ].join('\n');
}

/** @throws CausewayError LOCK_KEY_MALFORMED */
export function seedOfFile(text: string): Uint8Array {
  const malformed = (issue: string) => new CausewayError('LOCK_KEY_MALFORMED', { issue });
  if (text.length > LOCK_KEY_FILE_MAX_BYTES) throw malformed('the file is too long for one');
  const line = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .find((line) => line !== '' && !line.startsWith('#'));
  if (line === undefined || !line.startsWith(PREFIX)) throw malformed('no line starts with cwl1_');
  let bytes: Uint8Array;
  try {
    bytes = fromBase64url(line.slice(PREFIX.length));
  } catch {
    throw malformed('it is mistyped');
  }
  const seed = bytes.subarray(0, SEED_BYTES);
  const checksum = sha256(seed).subarray(0, CHECKSUM_BYTES);
  if (bytes.length !== SEED_BYTES + CHECKSUM_BYTES || !equalBytes(checksum, bytes.subarray(SEED_BYTES))) {
    throw malformed('it is incomplete or mistyped');
  }
  return seed;
}
