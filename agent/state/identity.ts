/**
 * Who this machine is: an Ed25519 key that authenticates it to the control plane and an X25519 key that
 * is its end of every tunnel. Made once, kept in `identity.json` (0600), never sent anywhere.
 */
import {
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { base64urlPattern, fromBase64url } from '#protocol/encoding.ts';
import { CausewayError } from '#protocol/errors.ts';
import { type SigningPublicKey, signingPublicKey, type TunnelPublicKey, tunnelPublicKey } from '#protocol/ids.ts';
import { readIfThere, writeDurably } from '#runtime/durable-file.ts';
import { sealText, unsealText } from './sealing.ts';

export interface Identity {
  readonly signingKey: SigningPublicKey;
  readonly tunnelKey: TunnelPublicKey;
  /** X25519 private key, 32 bytes. Secret: goes into the tunnel and nowhere else. */
  readonly tunnelPrivateKey: Uint8Array;
  /** Ed25519 signature, 64 bytes. */
  sign(transcript: Uint8Array): Uint8Array;
  /** X25519 of the tunnel key with another's public one, 32 bytes. */
  sharedSecret(theirs: TunnelPublicKey): Uint8Array;
}

const key32 = z.string().regex(base64urlPattern(32));
const identityFile = z.object({
  version: z.literal(1),
  /** JWK members of RFC 8037: x public, d private. */
  signing: z.object({ x: key32, d: key32 }),
  tunnel: z.object({ x: key32, d: key32 }),
});
type IdentityFile = z.infer<typeof identityFile>;

/**
 * The identity stored in `directory`; a new one is made and stored if there is none.
 * @throws CausewayError IDENTITY_CORRUPT, IDENTITY_EXPOSED, KEYCHAIN_REFUSED, DISK_FULL, DIRECTORY_READ_ONLY
 */
export async function loadOrCreateIdentity(directory: string): Promise<Identity> {
  const path = join(directory, 'identity.json');
  const text = await readIfThere(path);
  if (text === undefined) {
    const content = newIdentity();
    await writeDurably(path, `${await sealText(JSON.stringify(content))}\n`, 0o600);
    return identityOf(content, path);
  }
  if (await isExposed(path)) throw new CausewayError('IDENTITY_EXPOSED', { path });
  let content: IdentityFile;
  try {
    content = identityFile.parse(JSON.parse(await unsealText(text)));
  } catch (cause) {
    if (cause instanceof CausewayError) throw cause;
    throw new CausewayError('IDENTITY_CORRUPT', { path }, { cause });
  }
  return identityOf(content, path);
}

/** Windows has no such modes: there the directory's access list lets in nobody else, and the keys are sealed. */
async function isExposed(path: string): Promise<boolean> {
  return process.platform !== 'win32' && ((await stat(path)).mode & 0o077) !== 0;
}

function newIdentity(): IdentityFile {
  return { version: 1, signing: pairOf(generateKeyPairSync('ed25519')), tunnel: pairOf(generateKeyPairSync('x25519')) };
}

function pairOf(pair: { privateKey: KeyObject }): { x: string; d: string } {
  const { x, d } = pair.privateKey.export({ format: 'jwk' }) as { x: string; d: string };
  return { x, d };
}

function identityOf(content: IdentityFile, path: string): Identity {
  const signing = privateKeyOf('Ed25519', content.signing, path);
  const tunnel = privateKeyOf('X25519', content.tunnel, path);
  return {
    signingKey: signingPublicKey.parse(content.signing.x),
    tunnelKey: tunnelPublicKey.parse(content.tunnel.x),
    tunnelPrivateKey: fromBase64url(content.tunnel.d),
    sign: (transcript) => sign(null, transcript, signing),
    sharedSecret: (theirs) =>
      diffieHellman({
        privateKey: tunnel,
        publicKey: createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'X25519', x: theirs } }),
      }),
  };
}

/** The private key, checked to belong to the public one beside it. */
function privateKeyOf(crv: 'Ed25519' | 'X25519', pair: { x: string; d: string }, path: string): KeyObject {
  try {
    const key = createPrivateKey({ format: 'jwk', key: { kty: 'OKP', crv, ...pair } });
    const derived = createPublicKey(key.export({ format: 'pem', type: 'pkcs8' })).export({
      format: 'jwk',
    }) as { x?: string };
    if (derived.x !== pair.x) throw new RangeError('the public key is not that of the private one');
    return key;
  } catch (cause) {
    throw new CausewayError('IDENTITY_CORRUPT', { path }, { cause });
  }
}
