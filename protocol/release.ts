/**
 * A release: which version of the agent there is, in which files, and for how many. Signed by whoever builds
 * the packages (JWT, EdDSA over Ed25519), with a key that relay servers do not have: they hand it out, and
 * can neither make one nor change one. Each package brings the public key that the next one has to be
 * signed by.
 */

import { sha256 } from '@noble/hashes/sha2.js';
import type { CryptoKey } from 'jose';
import { z } from 'zod';
import { utf8 } from './encoding.ts';
import { CausewayError } from './errors.ts';
import { LIMITS } from './limits.ts';
import { download } from './rest/installing.ts';
import { signStatement, verifyStatement } from './signed-statement.ts';

const TYPE = 'causeway-release+jwt';
const REQUIRED = ['iat'];
const VERSION = /^\d+\.\d+\.\d+$/;

const release = z.object({
  /** Seconds of the Unix epoch. */
  iat: z.int(),
  version: z.string().max(40).regex(VERSION),
  /** Of all machines, so many in a hundred are told of it. */
  rollout: z.int().min(0).max(100),
  files: z.array(download).max(32),
});
export type Release = z.infer<typeof release>;

export function signRelease(claims: Release, key: CryptoKey): Promise<string> {
  return signStatement(release.parse(claims), TYPE, key);
}

/** @throws CausewayError RELEASE_FORGED */
export async function verifyRelease(text: string, key: CryptoKey, now: number): Promise<Release> {
  const refused = () => new CausewayError('RELEASE_FORGED');
  if (text.length > LIMITS.RELEASE_MAX_CHARACTERS.value) throw refused();
  const claims = release.safeParse(await verifyStatement(text, TYPE, key, now, REQUIRED, refused));
  if (!claims.success) throw refused();
  return claims.data;
}

/** Whether `version` is later than `than`. Both are three numbers; what is none is never later. */
export function isLater(version: string, than: string): boolean {
  if (!VERSION.test(version) || !VERSION.test(than)) return false;
  const [a, b] = [version, than].map((text) => text.split('.').map(Number)) as [number[], number[]];
  const index = a.findIndex((part, at) => part !== b[at]);
  return index >= 0 && (a[index] ?? 0) > (b[index] ?? 0);
}

/**
 * Whether a machine is among those that are told now. Each machine has a place of its own for each version,
 * so that it is not always the same ones that go first; and whoever was told stays told when more are.
 */
export function isOffered({ version, rollout }: Pick<Release, 'version' | 'rollout'>, machine: string): boolean {
  const [first = 0, second = 0] = sha256(utf8(`${version} ${machine}`));
  return ((first << 8) | second) % 100 < rollout;
}
