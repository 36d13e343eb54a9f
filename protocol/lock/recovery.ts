/**
 * Recovery secrets: whoever has one can release the lock without its key. They are made with the lock, shown
 * once, and only their hashes are in the statement; so a server learns one when it is used, and not before.
 *
 *     cwr1_<base64url of 32 random bytes>
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { base64urlPattern, concatBytes, fromBase64url, toBase64url, toHex, utf8 } from '../encoding.ts';
import type { LockClaims } from './statement.ts';

const PREFIX = 'cwr1_';
const SECRET_BYTES = 32;
const SECRET = base64urlPattern(SECRET_BYTES);

export function newRecoverySecret(): string {
  return PREFIX + toBase64url(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)));
}

/** What the statement has of it; undefined when the text is none. 256 random bits, so a plain hash is enough. */
export function recoveryHashOf(text: string): string | undefined {
  const trimmed = text.replace(/\s+/g, '');
  const secret = trimmed.slice(PREFIX.length);
  if (!trimmed.startsWith(PREFIX) || !SECRET.test(secret)) return undefined;
  return toHex(sha256(concatBytes(utf8('causeway lock recovery v1\0'), fromBase64url(secret))));
}

/** Whether the secret releases this lock. */
export function releases(text: string, lock: LockClaims): boolean {
  const hash = recoveryHashOf(text);
  return hash !== undefined && lock.recovery.includes(hash);
}
