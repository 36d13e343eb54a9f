/**
 * How the control plane's grant key is exchanged for another: the old key signs the new one in (JWT of type
 * `causeway-grant-key+jwt`), and machines that were activated under the old one follow. What the old key signs
 * after that leads nobody anywhere.
 */
import type { CryptoKey } from 'jose';
import { z } from 'zod';
import { CausewayError } from './errors.ts';
import { type SigningPublicKey, signingPublicKey } from './ids.ts';
import { signerOf, signStatement, verifyNamed } from './signed-statement.ts';

const TYPE = 'causeway-grant-key+jwt';
const claims = z.object({ iat: z.int(), key: signingPublicKey });

/** @param now milliseconds of the Unix epoch. @param before the key that signs, which is of no use from then on */
export function signSuccession(
  next: SigningPublicKey,
  now: number,
  before: { readonly privateKey: CryptoKey; readonly publicText: SigningPublicKey },
): Promise<string> {
  return signStatement({ iat: Math.floor(now / 1000), key: next }, TYPE, before.privateKey, before.publicText);
}

/**
 * The key that holds now, for who has learnt of `current`.
 * @param successions oldest first; those of other keys are passed over.
 * @throws CausewayError GRANT_FORGED when one that names the key is not signed by it
 */
export async function followSuccessions(
  current: SigningPublicKey,
  successions: readonly string[],
): Promise<SigningPublicKey> {
  let key = current;
  for (const succession of successions) {
    if (signerOf(succession) !== key) continue;
    const { payload } = await verifyNamed(succession, TYPE, () => new CausewayError('GRANT_FORGED'));
    const parsed = claims.safeParse(payload);
    if (!parsed.success) throw new CausewayError('GRANT_FORGED', {}, { cause: parsed.error });
    key = parsed.data.key;
  }
  return key;
}
