/**
 * The server's TLS identity: its own, made on first start, or the operator's from files. The pin in
 * every token follows from the key alone, so a new certificate for the same key breaks no token.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  X509Certificate,
} from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toBase64url } from '#protocol/encoding.ts';
import { CausewayError } from '#protocol/errors.ts';
import { type ServerPin, serverPin } from '#protocol/ids.ts';
import { readIfThere, writeDurably } from '#runtime/durable-file.ts';
import type { Random } from '../random.ts';
import { TLS_CERTIFICATE_FILE, TLS_KEY_FILE } from './key-files.ts';
import { selfSignedCertificate } from './self-signed.ts';

const SERIAL_BYTES = 16;
/** Renewed at a start within a year of its end: even a server that runs for months is never late. */
const RENEW_BEFORE_MS = 365 * 86_400_000;

export interface TlsIdentity {
  /** PEM. */
  readonly certificate: string;
  /** PEM. Secret. */
  readonly key: string;
  /** SHA-256 of the certificate's SubjectPublicKeyInfo. */
  readonly pin: ServerPin;
}

/**
 * The server's own identity in `directory`, made or renewed if need be.
 * @param hosts DNS names and addresses under which the server is reached, the main one first.
 * @throws CausewayError STATE_CORRUPT, DISK_FULL, DIRECTORY_READ_ONLY
 */
export async function ownIdentity(
  directory: string,
  hosts: readonly [string, ...string[]],
  now: number,
  random: Random,
): Promise<TlsIdentity> {
  const keyPath = join(directory, TLS_KEY_FILE);
  const certificatePath = join(directory, TLS_CERTIFICATE_FILE);
  let keyPem = await readIfThere(keyPath);
  if (keyPem === undefined) {
    keyPem = newKey();
    await writeDurably(keyPath, keyPem, 0o600);
  }
  const key = parseKey(keyPem, () => new CausewayError('STATE_CORRUPT', { path: keyPath }));
  let certificate = await readIfThere(certificatePath);
  if (certificate === undefined || !isStillGood(certificate, key, hosts, now)) {
    certificate = selfSignedCertificate({ key, hosts, now, serial: random(SERIAL_BYTES) });
    await writeDurably(certificatePath, certificate, 0o600);
  }
  return { certificate, key: keyPem, pin: pinOf(key) };
}

/**
 * The operator's identity.
 * @throws CausewayError CERTIFICATE_UNUSABLE
 */
export async function operatorIdentity(certificatePath: string, keyPath: string): Promise<TlsIdentity> {
  const unusable = (cause: string) => new CausewayError('CERTIFICATE_UNUSABLE', { path: certificatePath, cause });
  const [certificate, keyPem] = await Promise.all([
    readFile(certificatePath, 'utf8').catch(() => Promise.reject(unusable('the file can not be read'))),
    readFile(keyPath, 'utf8').catch(() => Promise.reject(unusable('its key file can not be read'))),
  ]);
  const key = parseKey(keyPem, () => unusable('its key file holds no PEM private key'));
  let leaf: X509Certificate;
  try {
    leaf = new X509Certificate(certificate);
  } catch {
    throw unusable('the file holds no PEM certificate');
  }
  if (!leaf.checkPrivateKey(key)) throw unusable('the private key belongs to another certificate');
  return { certificate, key: keyPem, pin: pinOf(key) };
}

/** Pin of a key, private or public: SHA-256 of its SubjectPublicKeyInfo (as in RFC 7469 §2.4). */
export function pinOf(key: KeyObject): ServerPin {
  const spki = (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'der', type: 'spki' });
  return serverPin.parse(toBase64url(createHash('sha256').update(spki).digest()));
}

function newKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

function parseKey(pem: string, refusal: () => CausewayError): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    throw refusal();
  }
}

/** A damaged certificate is simply made anew: nothing of value is in it but the key, which is whole. */
function isStillGood(pem: string, key: KeyObject, hosts: readonly string[], now: number): boolean {
  try {
    const certificate = new X509Certificate(pem);
    return (
      certificate.checkPrivateKey(key) &&
      certificate.validToDate.getTime() - now > RENEW_BEFORE_MS &&
      hosts.every((host) => certificate.checkHost(host) !== undefined || certificate.checkIP(host) !== undefined)
    );
  } catch {
    return false;
  }
}
