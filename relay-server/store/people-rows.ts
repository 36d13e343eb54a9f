/**
 * Between records and rows of people, their sessions and the audit; the rest is in rows.ts.
 */
import type { Insertable, Selectable } from 'kysely';
import type { Rights } from '#protocol/rest/api.ts';
import type { AuditRecord, PersonRecord, SessionRecord } from './records.ts';
import type { Tables } from './schema.ts';

export const personRow = (record: PersonRecord): Insertable<Tables['people']> => ({
  id: record.id,
  name: record.name,
  display_name: record.displayName,
  rights: record.rights,
  password_hash: record.passwordHash,
  totp_secret: record.totpSecret,
  totp_last_step: record.totpLastStep,
  oidc_subject: record.oidcSubject,
  disabled: Number(record.disabled),
  created_at: record.createdAt,
  last_sign_in_at: record.lastSignInAt,
  version: record.version,
});

export const personOf = (row: Selectable<Tables['people']>): PersonRecord => ({
  id: row.id,
  name: row.name,
  displayName: row.display_name,
  rights: row.rights as Rights,
  passwordHash: row.password_hash,
  totpSecret: row.totp_secret,
  totpLastStep: row.totp_last_step,
  oidcSubject: row.oidc_subject,
  disabled: row.disabled === 1,
  createdAt: row.created_at,
  lastSignInAt: row.last_sign_in_at,
  version: row.version,
});

export const sessionRow = (record: SessionRecord): Insertable<Tables['sessions']> => ({
  id: record.id,
  person: record.person,
  created_at: record.createdAt,
  last_used_at: record.lastUsedAt,
  expires_at: record.expiresAt,
  address: record.address,
  browser: record.browser,
});

export const sessionOf = (row: Selectable<Tables['sessions']>): SessionRecord => ({
  id: row.id,
  person: row.person,
  createdAt: row.created_at,
  lastUsedAt: row.last_used_at,
  expiresAt: row.expires_at,
  address: row.address,
  browser: row.browser,
});

export const auditOf = (row: Selectable<Tables['audit']>): AuditRecord => ({
  id: row.id,
  at: row.at,
  by: {
    kind: row.actor_kind as AuditRecord['by']['kind'],
    id: row.actor_id,
    name: row.actor_name,
    address: row.actor_address,
  },
  action: row.action,
  subscription: row.subscription === null ? null : { id: row.subscription, name: row.subscription_name ?? '' },
  target:
    row.target_kind === null ? null : { kind: row.target_kind, id: row.target_id ?? '', name: row.target_name ?? '' },
  before: row.before === null ? null : JSON.parse(row.before),
  after: row.after === null ? null : JSON.parse(row.after),
});
