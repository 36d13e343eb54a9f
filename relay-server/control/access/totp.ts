/**
 * The second factor: codes of six digits by time (RFC 6238 over HMAC-SHA-1, the only kind that every
 * authenticator knows). Pure; that each step is taken once is the store's to make sure of.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { toBase64url } from '#protocol/encoding.ts';
import type { Random } from '../../random.ts';

const STEP_MS = 30_000;
const DIGITS = 6;
/** The length of the HMAC's output (RFC 4226 §4, R6). */
const SECRET_BYTES = 20;
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** @returns base64url of a new secret. */
export function newTotpSecret(random: Random): string {
  return toBase64url(random(SECRET_BYTES));
}

/** The code of one time step (RFC 4226 §5.3). @param secret base64url */
export function totpCode(secret: string, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', Buffer.from(secret, 'base64url')).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 0xf;
  const number = mac.readUInt32BE(offset) & 0x7fff_ffff;
  return String(number % 10 ** DIGITS).padStart(DIGITS, '0');
}

/**
 * The step whose code this is: the present one, the one before or the one after (RFC 6238 §5.2).
 * @param lastStep the last one that was taken; it and those before are not taken again.
 */
export function totpStep(secret: string, code: string, now: number, lastStep: number): number | undefined {
  const present = Math.floor(now / STEP_MS);
  let found: number | undefined;
  for (const step of [present - 1, present, present + 1]) {
    const expected = Buffer.from(totpCode(secret, Math.max(step, 0)));
    const given = Buffer.from(code);
    const same = given.length === expected.length && timingSafeEqual(given, expected);
    if (same && step > lastStep) found = step;
  }
  return found;
}

/** RFC 4648 §6 without padding, as authenticators take it. @param secret base64url */
export function totpBase32(secret: string): string {
  let [text, bits, value] = ['', 0, 0];
  for (const byte of Buffer.from(secret, 'base64url')) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += BASE32[(value >>> bits) & 31];
    }
    value &= (1 << bits) - 1;
  }
  return bits > 0 ? text + BASE32[(value << (5 - bits)) & 31] : text;
}

/** What the QR code holds. @param host of the server, so that two of them are told apart. */
export function totpUri(secret: string, host: string, name: string): string {
  const issuer = encodeURIComponent(`Causeway ${host}`);
  return `otpauth://totp/${issuer}:${encodeURIComponent(name)}?secret=${totpBase32(secret)}&issuer=${issuer}`;
}
