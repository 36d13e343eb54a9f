/**
 * The key with which the control plane signs grants and relay tickets: Ed25519, made on first start,
 * kept in the data directory. Only the control plane ever holds the private half.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import type { CryptoKey } from 'jose';
import { CausewayError } from '#protocol/errors.ts';
import { signSuccession } from '#protocol/grant-succession.ts';
import { type SigningPublicKey, signingPublicKey } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import { readIfThere, writeDurably } from '#runtime/durable-file.ts';
import { GRANT_KEY_FILE } from './key-files.ts';

const SUCCESSION = /^successor: (\S+)$/gm;

export interface GrantKey {
  /** Signs. Secret, and can not be exported. */
  readonly privateKey: CryptoKey;
  /** Verifies. */
  readonly publicKey: CryptoKey;
  /** The public half as machines get it at activation. */
  readonly publicText: SigningPublicKey;
  /** How machines that know an earlier key come to this one, oldest first. */
  readonly successions: readonly string[];
}

/** @throws CausewayError STATE_CORRUPT, DISK_FULL, DIRECTORY_READ_ONLY */
export async function grantKey(directory: string): Promise<GrantKey> {
  const path = join(directory, GRANT_KEY_FILE);
  let pem = await readIfThere(path);
  if (pem === undefined) {
    pem = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
    await writeDurably(path, pem, 0o600);
  }
  const key = parse(pem, path);
  const publicKey = createPublicKey(key);
  return {
    privateKey: key.toCryptoKey('Ed25519', false, ['sign']),
    publicKey: publicKey.toCryptoKey('Ed25519', true, ['verify']),
    publicText: signingPublicKey.parse(publicKey.export({ format: 'jwk' }).x),
    // In the same file, so that a key is never there without the way to it.
    successions: [...pem.matchAll(SUCCESSION)].map(([, statement = '']) => statement),
  };
}

/**
 * Puts a new key in the place of the present one, which signs it in and is then gone.
 * @param now milliseconds of the Unix epoch.
 * @throws CausewayError STATE_CORRUPT, DISK_FULL, DIRECTORY_READ_ONLY
 */
export async function rotateGrantKey(directory: string, now: number): Promise<SigningPublicKey> {
  const before = await grantKey(directory);
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const next = signingPublicKey.parse(publicKey.export({ format: 'jwk' }).x);
  const successions = [...before.successions, await signSuccession(next, now, before)];
  const kept = successions.slice(-LIMITS.GRANT_KEY_SUCCESSIONS_MAX.value);
  const lines = kept.map((statement) => `successor: ${statement}\n`);
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  await writeDurably(join(directory, GRANT_KEY_FILE), pem + lines.join(''), 0o600);
  return next;
}

function parse(pem: string, path: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Told below: whatever is in the file, it is not our key.
  }
  throw new CausewayError('STATE_CORRUPT', { path });
}
