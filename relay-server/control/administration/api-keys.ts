/**
 * API keys, and the one-time secret of the first start. Only hashes are stored; keys and secrets hold
 * 256 and 160 random bits, so a plain SHA-256 is enough.
 *
 *     cwk_<id, 16 hex digits><secret, 43 base64url characters>
 *     cws_<secret, 27 base64url characters>
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { toBase64url, toHex } from '#protocol/encoding.ts';
import { CausewayError } from '#protocol/errors.ts';
import type { SubscriptionId } from '#protocol/ids.ts';
import type { Rights } from '#protocol/rest/api.ts';
import type { Random } from '../../random.ts';
import type { ApiKeyRecord, AuditRecord } from '../../store/records.ts';
import type { AccessStore, Store } from '../../store/store.ts';
import { auditEntry } from '../audit.ts';
import type { AdministrationContext, ControlContext } from '../context.ts';

const KEY_FORM = /^cwk_([0-9a-f]{16})[A-Za-z0-9_-]{43}$/;
const KEY_ID_BYTES = 8;
const KEY_SECRET_BYTES = 32;
const FIRST_SECRET_BYTES = 20;

export interface NewApiKey {
  readonly record: ApiKeyRecord;
  /** Shown once. */
  readonly text: string;
}

export interface WantedApiKey {
  readonly description: string;
  readonly rights: Rights;
  readonly subscription: SubscriptionId | null;
  readonly expiresAt: number | null;
}

/** Stores a new key. */
export async function createApiKey(context: AdministrationContext, wanted: WantedApiKey): Promise<NewApiKey> {
  const key = newApiKey(context.random, context.clock.now(), wanted, context.by.name);
  await context.store.createApiKey(key.record, keyEntry(context, 'api-key.create', key.record));
  context.access.tell('api-keys', context.by.name);
  context.logger.info({ apiKey: key.record.id }, 'API key created');
  return key;
}

/** @throws CausewayError NOT_FOUND */
export async function removeApiKey(context: AdministrationContext, id: string): Promise<void> {
  const record = await context.store.findApiKey(id);
  if (record === undefined || !(await context.store.removeApiKey(id, keyEntry(context, 'api-key.remove', record)))) {
    throw new CausewayError('NOT_FOUND', { kind: 'API key', id });
  }
  context.access.tell('api-keys', context.by.name, [id]);
  context.logger.info({ apiKey: id }, 'API key removed');
}

/** @throws CausewayError API_KEY_REFUSED, for whatever reason. */
export async function requireApiKey(store: AccessStore, text: string | undefined, now: number): Promise<ApiKeyRecord> {
  const id = KEY_FORM.exec(text ?? '')?.[1];
  const record = id === undefined ? undefined : await store.findApiKey(id);
  const right = text !== undefined && record !== undefined && sameHash(record.hash, hashOf(text));
  if (!right || (record.expiresAt !== null && record.expiresAt <= now)) throw new CausewayError('API_KEY_REFUSED');
  return record;
}

/** Makes a new one-time secret, in place of the one there may be. @returns its text, to be shown once. */
export async function makeFirstSecret(store: AccessStore, random: Random, now: number): Promise<string> {
  const text = `cws_${toBase64url(random(FIRST_SECRET_BYTES))}`;
  await store.setFirstSecret(hashOf(text), now);
  return text;
}

/** @throws CausewayError SECRET_REFUSED when it is wrong or was used. */
export async function requireFirstSecret(store: AccessStore, secret: string): Promise<void> {
  const expected = await store.findFirstSecret();
  if (expected === undefined || !sameHash(expected, firstSecretHash(secret))) throw new CausewayError('SECRET_REFUSED');
}

export function firstSecretHash(secret: string): string {
  return hashOf(secret.trim());
}

/** The key has the rights of an owner. @throws CausewayError SECRET_REFUSED, RATE_LIMITED */
export async function claimFirstSecret(context: ControlContext, secret: string, address: string): Promise<NewApiKey> {
  const { access, store, random, clock, logger } = context;
  access.takeSecret(address);
  const wanted = { description: 'first administrator', rights: 'owner', subscription: null, expiresAt: null } as const;
  const key = newApiKey(random, clock.now(), wanted, 'one-time secret');
  const by = { kind: 'nobody', id: '', name: 'one-time secret', address } as const;
  const entry = keyEntry({ ...context, by }, 'api-key.create', key.record);
  try {
    await requireFirstSecret(store, secret);
    if (!(await store.claimFirstSecret(firstSecretHash(secret), key.record, entry))) {
      throw new CausewayError('SECRET_REFUSED');
    }
  } catch (error) {
    access.refusals.add('first-secret.refuse', address);
    throw error;
  }
  logger.info({ apiKey: key.record.id }, 'the one-time secret was claimed');
  return key;
}

/** Whether there is neither a person nor a key: then the one-time secret is made. */
export async function nobodyAdministers(store: Store): Promise<boolean> {
  return (await store.listApiKeys()).length === 0 && (await store.people.list()).length === 0;
}

function newApiKey(random: Random, now: number, wanted: WantedApiKey, createdBy: string): NewApiKey {
  const id = toHex(random(KEY_ID_BYTES));
  const text = `cwk_${id}${toBase64url(random(KEY_SECRET_BYTES))}`;
  return { record: { id, hash: hashOf(text), ...wanted, createdAt: now, createdBy, lastUsedAt: null }, text };
}

function keyEntry(context: AdministrationContext, action: string, record: ApiKeyRecord): AuditRecord {
  const { id, description, rights, expiresAt } = record;
  const home = record.subscription === null ? undefined : context.directory.get(record.subscription);
  const plain = { description, rights, expiresAt: expiresAt === null ? null : new Date(expiresAt).toISOString() };
  return auditEntry(context, context.by, action, {
    subscription: home === undefined ? null : { id: home.id, name: home.record.name },
    target: { kind: 'api-key', id, name: description },
    [action === 'api-key.remove' ? 'before' : 'after']: plain,
  });
}

function hashOf(text: string): string {
  return createHash('sha256').update(`causeway access v1\0${text}`).digest('hex');
}

function sameHash(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
