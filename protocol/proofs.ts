/**
 * The bytes that prove who somebody is: what is signed or authenticated when a machine activates or
 * opens its control connection. Both ends build them here, so they can not drift apart. Takes no keys;
 * whoever holds one signs.
 */
import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, fromBase64url, fromHex, utf8 } from './encoding.ts';
import type { MachineId, ServerPin, SigningPublicKey, SubscriptionId, TunnelPublicKey } from './ids.ts';

/** Random bytes of a server challenge; used once. */
export const CHALLENGE_BYTES = 32;

/**
 * What a machine signs with Ed25519 to open an authenticated control connection.
 * @param server the pin that the machine has checked: what it shows one server, another can not show on
 */
export function authenticationTranscript(nonce: Uint8Array, server: ServerPin, machine: MachineId): Uint8Array {
  return concatBytes(utf8('causeway control authenticate v2\0'), nonce, fromBase64url(server), fromHex(machine));
}

/** What a machine signs with Ed25519 to activate: binds both its keys, the subscription, the challenge and the server. */
export function activationTranscript(
  nonce: Uint8Array,
  server: ServerPin,
  subscription: SubscriptionId,
  signingKey: SigningPublicKey,
  tunnelKey: TunnelPublicKey,
): Uint8Array {
  return concatBytes(
    utf8('causeway activate v2\0'),
    nonce,
    fromBase64url(server),
    fromHex(subscription),
    fromBase64url(signingKey),
    fromBase64url(tunnelKey),
  );
}

/**
 * Proof that the machine holds the private half of its X25519 tunnel key: an HMAC over the activation
 * transcript, keyed by the Diffie-Hellman result of that key and the server's ephemeral one.
 * @param sharedSecret 32 bytes, X25519 (RFC 7748 §6.1).
 * @returns 32 bytes; compare with `equalBytes`.
 */
export function tunnelKeyProof(sharedSecret: Uint8Array, transcript: Uint8Array): Uint8Array {
  const key = hkdf(sha256, sharedSecret, undefined, utf8('causeway tunnel key proof v1'), 32);
  return hmac(sha256, key, transcript);
}

/** What the server stores of a token's secret. The secret has 160 random bits, so a plain hash is enough. */
export function tokenSecretHash(secret: Uint8Array): Uint8Array {
  return sha256(concatBytes(utf8('causeway token secret v1\0'), secret));
}
