/**
 * The key with which the control plane signs grants and relay tickets: Ed25519, made on first start,
 * kept in the data directory. Only the control plane ever holds the private half.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import type { CryptoKey } from 'jose';
import { CausewayError } from '#protocol/errors.ts';
import { type SigningPublicKey, signingPublicKey } from '#protocol/ids.ts';
import { readIfThere, writeDurably } from '#runtime/durable-file.ts';
import { GRANT_KEY_FILE } from './key-files.ts';

export interface GrantKey {
  /** Signs. Secret, and can not be exported. */
  readonly privateKey: CryptoKey;
  /** Verifies. */
  readonly publicKey: CryptoKey;
  /** The public half as machines get it at activation. */
  readonly publicText: SigningPublicKey;
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
  };
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
