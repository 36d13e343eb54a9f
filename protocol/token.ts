/**
 * The activation token: one string that carries everything a machine needs to find its server,
 * authenticate it and be let in. Checked here before any network call. Knows nothing of expiry or
 * uses: those are the server's, by the hash of the secret.
 *
 *     cwt1_<base64url of the bytes below>
 *
 *     version(1) = 1
 *     subscription(16)
 *     secret(20)
 *     pin(32)            SHA-256 of the server's SubjectPublicKeyInfo
 *     url(n)             UTF-8, https://host[:port], no path
 *     checksum(4)        first bytes of SHA-256 over all before
 *
 * For a locked subscription an administrator may have signed it before: then the delegation (lock/certificate.ts)
 * and the seed of the key to which it delegates stand behind it, which the server has never seen.
 *
 *     cwt1_….<delegation: three parts with full stops between>.<base64url of seed(32)>
 */
import { sha256 } from '@noble/hashes/sha2.js';
import {
  base64urlPattern,
  concatBytes,
  equalBytes,
  fromBase64url,
  fromHex,
  toBase64url,
  toHex,
  utf8,
} from './encoding.ts';
import { CausewayError } from './errors.ts';
import { type ServerPin, type SubscriptionId, serverPin, subscriptionId } from './ids.ts';
import { LIMITS } from './limits.ts';

const PREFIX = 'cwt1_';
const VERSION = 1;
const SUBSCRIPTION_AT = 1;
const SECRET_AT = 17;
const PIN_AT = 37;
const URL_AT = 69;
const CHECKSUM_BYTES = 4;
/** The token, the three parts of a delegation, the seed. */
const PRE_SIGNED = /^([^.]+)\.([\w-]+\.[\w-]+\.[\w-]+)\.([\w-]+)$/;
const SEED = base64urlPattern(32);

/** 160 random bits: not guessable, and short enough to read over a telephone. */
export const TOKEN_SECRET_BYTES = 20;

export interface ActivationToken {
  /** Origin of the relay server, `https://host[:port]`. */
  readonly server: string;
  readonly pin: ServerPin;
  readonly subscription: SubscriptionId;
  /** {@link TOKEN_SECRET_BYTES} bytes. Secret: never log it. */
  readonly secret: Uint8Array;
  /** By what the machine signs itself in a locked subscription. The seed is secret too. */
  readonly preSigned?: { readonly delegation: string; readonly seed: Uint8Array };
}

/**
 * @throws RangeError when a field has the wrong length, or the server is no https origin or too long (a bug of the caller).
 */
export function encodeToken(token: ActivationToken): string {
  if (token.secret.length !== TOKEN_SECRET_BYTES) throw new RangeError('secret length');
  if (!isOrigin(token.server)) throw new RangeError(`not an https origin: ${token.server}`);
  const body = concatBytes(
    Uint8Array.of(VERSION),
    fromHex(token.subscription),
    token.secret,
    fromBase64url(token.pin),
    utf8(token.server),
  );
  const text = PREFIX + toBase64url(concatBytes(body, checksum(body)));
  if (text.length > LIMITS.TOKEN_MAX_CHARACTERS.value) throw new RangeError('server URL too long for a token');
  return text;
}

/**
 * Surrounding white space and line breaks from copying are forgiven; anything else is not.
 * @throws CausewayError TOKEN_MISTYPED
 */
export function decodeToken(text: string): ActivationToken {
  if (text.length > 4 * LIMITS.TOKEN_PRE_SIGNED_MAX_CHARACTERS.value) throw mistyped();
  const trimmed = text.replace(/\s+/g, '');
  if (trimmed.length > LIMITS.TOKEN_PRE_SIGNED_MAX_CHARACTERS.value) throw mistyped();
  if (!trimmed.includes('.')) return decodePlain(trimmed);
  const [, plain = '', delegation = '', seed = ''] = PRE_SIGNED.exec(trimmed) ?? [];
  if (!SEED.test(seed)) throw mistyped();
  return { ...decodePlain(plain), preSigned: { delegation, seed: fromBase64url(seed) } };
}

/**
 * The token's text with what lets its machine sign itself.
 * @throws CausewayError TOKEN_MISTYPED
 */
export function preSignedToken(text: string, { delegation, seed }: { delegation: string; seed: Uint8Array }): string {
  decodePlain(text);
  return `${text}.${delegation}.${toBase64url(seed)}`;
}

function decodePlain(trimmed: string): ActivationToken {
  if (trimmed.length > LIMITS.TOKEN_MAX_CHARACTERS.value || !trimmed.startsWith(PREFIX)) throw mistyped();
  let bytes: Uint8Array;
  try {
    bytes = fromBase64url(trimmed.slice(PREFIX.length));
  } catch {
    throw mistyped();
  }
  if (bytes.length <= URL_AT + CHECKSUM_BYTES || bytes[0] !== VERSION) throw mistyped();
  const body = bytes.subarray(0, -CHECKSUM_BYTES);
  if (!equalBytes(checksum(body), bytes.subarray(-CHECKSUM_BYTES))) throw mistyped();
  const server = new TextDecoder().decode(body.subarray(URL_AT));
  if (!isOrigin(server)) throw mistyped();
  return {
    server,
    pin: serverPin.parse(toBase64url(body.subarray(PIN_AT, URL_AT))),
    subscription: subscriptionId.parse(toHex(body.subarray(SUBSCRIPTION_AT, SECRET_AT))),
    secret: body.slice(SECRET_AT, PIN_AT),
  };
}

function checksum(body: Uint8Array): Uint8Array {
  return sha256(body).subarray(0, CHECKSUM_BYTES);
}

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return url.protocol === 'https:' && url.origin === text;
}

function mistyped(): CausewayError {
  return new CausewayError('TOKEN_MISTYPED');
}
