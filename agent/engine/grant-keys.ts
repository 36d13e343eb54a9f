/**
 * The keys by which grants are verified: the control plane's present one, and for as long as its grants can
 * live the one before. Follows when the server exchanges it (protocol/grant-succession.ts).
 */
import { type CryptoKey, importJWK } from 'jose';
import { isRefusal } from '#protocol/errors.ts';
import { followSuccessions } from '#protocol/grant-succession.ts';
import { type GrantClaims, verifyGrant } from '#protocol/grants.ts';
import type { SigningPublicKey } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';

export class GrantKeys {
  readonly #now: () => number;
  #text: SigningPublicKey;
  #current: CryptoKey;
  #before: { readonly key: CryptoKey; readonly until: number } | undefined;
  #following: Promise<unknown> = Promise.resolve();

  /** @param now milliseconds of the Unix epoch, server's clock. */
  static async of(key: SigningPublicKey, now: () => number): Promise<GrantKeys> {
    return new GrantKeys(key, await verifying(key), now);
  }

  private constructor(text: SigningPublicKey, key: CryptoKey, now: () => number) {
    this.#text = text;
    this.#current = key;
    this.#now = now;
  }

  /** @returns the key that holds now, if it is another than before. @throws CausewayError GRANT_FORGED */
  follow(successions: readonly string[]): Promise<SigningPublicKey | undefined> {
    const followed = this.#follow(successions);
    this.#following = followed.catch(() => undefined);
    return followed;
  }

  /** @throws CausewayError GRANT_FORGED, GRANT_EXPIRED */
  async verify(grant: string): Promise<GrantClaims> {
    await this.#following;
    const now = this.#now();
    try {
      return await verifyGrant(grant, this.#current, now);
    } catch (error) {
      const before = this.#before;
      if (!isRefusal(error, 'GRANT_FORGED') || before === undefined || now >= before.until) throw error;
      return verifyGrant(grant, before.key, now);
    }
  }

  async #follow(successions: readonly string[]): Promise<SigningPublicKey | undefined> {
    const next = await followSuccessions(this.#text, successions);
    if (next === this.#text) return undefined;
    const key = await verifying(next);
    this.#before = { key: this.#current, until: this.#now() + LIMITS.GRANT_LIFETIME_S.value * 1000 };
    [this.#text, this.#current] = [next, key];
    return next;
  }
}

async function verifying(key: SigningPublicKey): Promise<CryptoKey> {
  return (await importJWK({ kty: 'OKP', crv: 'Ed25519', x: key }, 'EdDSA')) as CryptoKey;
}
