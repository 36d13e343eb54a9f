/**
 * Checks that a machine holds the private halves of its keys (protocol/proofs.ts says over which bytes).
 * Answers yes or no and nothing more: a failed authentication is told no reason.
 */
import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject, verify } from 'node:crypto';
import { concatBytes, equalBytes, fromBase64url, fromHex } from '#protocol/encoding.ts';
import { type SigningPublicKey, type TunnelPublicKey, tunnelPublicKey } from '#protocol/ids.ts';
import { tunnelKeyProof } from '#protocol/proofs.ts';

/** PKCS #8 (RFC 5958) around a raw X25519 private key, RFC 8410 §7. */
const X25519_PKCS8 = fromHex('302e020100300506032b656e04220420');

/** The server's half of the tunnel key proof, one for each connection. */
export interface EphemeralKey {
  readonly privateKey: KeyObject;
  readonly publicText: TunnelPublicKey;
}

/** @param seed 32 random bytes. */
export function ephemeralKey(seed: Uint8Array): EphemeralKey {
  const der = Buffer.from(concatBytes(X25519_PKCS8, seed));
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
  return { privateKey, publicText: tunnelPublicKey.parse(x) };
}

/** @param signature base64url, Ed25519 (RFC 8032). */
export function isSignedBy(key: SigningPublicKey, transcript: Uint8Array, signature: string): boolean {
  try {
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key }, format: 'jwk' });
    return verify(null, transcript, publicKey, fromBase64url(signature));
  } catch {
    return false;
  }
}

/** @param proof base64url, 32 bytes. */
export function holdsTunnelKey(
  key: TunnelPublicKey,
  ephemeral: EphemeralKey,
  transcript: Uint8Array,
  proof: string,
): boolean {
  try {
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: key }, format: 'jwk' });
    // Throws for points of low order, whose result everybody knows (RFC 7748 §6.1).
    const shared = diffieHellman({ privateKey: ephemeral.privateKey, publicKey });
    return equalBytes(tunnelKeyProof(shared, transcript), fromBase64url(proof));
  } catch {
    return false;
  }
}
