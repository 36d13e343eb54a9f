/**
 * Who may administer: API keys, and the one-time secret of the first start that is exchanged for the
 * first of them. Only hashes are stored; keys and secrets hold 256 and 160 random bits, so a plain
 * SHA-256 is enough.
 *
 *     cwk_<id, 16 hex digits><secret, 43 base64url characters>
 *     cws_<secret, 27 base64url characters>
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { toBase64url, toHex } from '#protocol/encoding.ts';
import { CausewayError } from '#protocol/errors.ts';
import type { Random } from '../../random.ts';
import type { ApiKeyRecord } from '../../store/records.ts';
import type { AccessStore } from '../../store/store.ts';

const KEY_FORM = /^cwk_([0-9a-f]{16})[A-Za-z0-9_-]{43}$/;
const KEY_ID_BYTES = 8;
const KEY_SECRET_BYTES = 32;
const FIRST_SECRET_BYTES = 20;

export interface NewApiKey {
  readonly record: ApiKeyRecord;
  /** Shown once. */
  readonly text: string;
}

export function newApiKey(random: Random, now: number, description: string): NewApiKey {
  const id = toHex(random(KEY_ID_BYTES));
  const text = `cwk_${id}${toBase64url(random(KEY_SECRET_BYTES))}`;
  return {
    record: {
      id,
      hash: hashOf(text),
      description,
      rights: 'owner',
      subscription: null,
      createdAt: now,
      createdBy: '',
      expiresAt: null,
      lastUsedAt: null,
    },
    text,
  };
}

/** @throws CausewayError API_KEY_REFUSED, for whatever reason. */
export async function requireApiKey(store: AccessStore, text: string | undefined): Promise<ApiKeyRecord> {
  const id = KEY_FORM.exec(text ?? '')?.[1];
  const record = id === undefined ? undefined : await store.findApiKey(id);
  if (text === undefined || record === undefined || !sameHash(record.hash, hashOf(text))) {
    throw new CausewayError('API_KEY_REFUSED');
  }
  return record;
}

/** Makes a new one-time secret, in place of the one there may be. @returns its text, to be shown once. */
export async function makeFirstSecret(store: AccessStore, random: Random, now: number): Promise<string> {
  const text = `cws_${toBase64url(random(FIRST_SECRET_BYTES))}`;
  await store.setFirstSecret(hashOf(text), now);
  return text;
}

/** @throws CausewayError SECRET_REFUSED when it is wrong or was used. */
export async function claimFirstSecret(
  store: AccessStore,
  random: Random,
  now: number,
  secret: string,
): Promise<NewApiKey> {
  const expected = await store.findFirstSecret();
  const given = hashOf(secret.trim());
  const key = newApiKey(random, now, 'first administrator');
  if (expected === undefined || !sameHash(expected, given) || !(await store.claimFirstSecret(given, key.record))) {
    throw new CausewayError('SECRET_REFUSED');
  }
  return key;
}

function hashOf(text: string): string {
  return createHash('sha256').update(`causeway access v1\0${text}`).digest('hex');
}

function sameHash(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
