/**
 * A machine's two keys made from 64 bytes of the seed, as the agent would have read them from its disk, and
 * the same keys as the server's own tests show them to be activated.
 */
import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject, sign } from 'node:crypto';
import type { Identity } from '#agent/state/identity.ts';
import { signingPublicKey } from '#protocol/ids.ts';
import { LoopbackKeys } from '#relay-server/loopback-machine.fixture.ts';
import type { GrantKey } from '#relay-server/tls/grant-key.ts';

/** PKCS #8 (RFC 5958) around a raw private key of Ed25519 and of X25519, RFC 8410 §7. */
const PKCS8 = { ed25519: '302e020100300506032b657004220420', x25519: '302e020100300506032b656e04220420' };
const PRIVATE_KEY_BYTES = 32;

export interface SimulatedIdentity {
  readonly identity: Identity;
  readonly keys: LoopbackKeys;
}

/** @param seed 64 bytes */
export function simulatedIdentity(seed: Uint8Array): SimulatedIdentity {
  const keys = new LoopbackKeys(seed);
  const signing = privateKey('ed25519', seed.subarray(0, PRIVATE_KEY_BYTES));
  const tunnel = privateKey('x25519', seed.subarray(PRIVATE_KEY_BYTES));
  const identity: Identity = {
    signingKey: keys.signingKey,
    tunnelKey: keys.tunnelKey,
    tunnelPrivateKey: seed.slice(PRIVATE_KEY_BYTES),
    sign: (transcript) => sign(null, transcript, signing),
    sharedSecret: (theirs) =>
      diffieHellman({
        privateKey: tunnel,
        publicKey: createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'X25519', x: theirs } }),
      }),
  };
  return { identity, keys };
}

/** The control plane's key for grants and tickets. @param seed 32 bytes */
export function grantKeyOf(seed: Uint8Array): GrantKey {
  const key = privateKey('ed25519', seed);
  const publicKey = createPublicKey(key);
  return {
    privateKey: key.toCryptoKey('Ed25519', true, ['sign']),
    publicKey: publicKey.toCryptoKey('Ed25519', true, ['verify']),
    publicText: signingPublicKey.parse(publicKey.export({ format: 'jwk' }).x),
    successions: [],
  };
}

function privateKey(kind: keyof typeof PKCS8, raw: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([Buffer.from(PKCS8[kind], 'hex'), raw]), format: 'der', type: 'pkcs8' });
}
