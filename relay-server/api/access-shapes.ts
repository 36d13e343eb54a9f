/**
 * From records of people and sessions to what the REST API shows (protocol/rest/access.ts).
 */
import type { z } from 'zod';
import type * as accessRest from '#protocol/rest/access.ts';
import type * as watchingRest from '#protocol/rest/watching.ts';
import type { AuditRecord, PersonRecord, SessionRecord } from '../store/records.ts';

const iso = (at: number) => new Date(at).toISOString();

export function showAccount(person: PersonRecord): z.infer<typeof accessRest.account> {
  const { id, name, displayName, rights, version } = person;
  const [totp, hasPassword] = [person.totpSecret !== null, person.passwordHash !== null];
  return { id, name, displayName, rights, totp, hasPassword, version };
}

export function showPerson(person: PersonRecord): z.infer<typeof accessRest.person> {
  return {
    ...showAccount(person),
    disabled: person.disabled,
    createdAt: iso(person.createdAt),
    lastSignInAt: person.lastSignInAt === null ? null : iso(person.lastSignInAt),
  };
}

/** @param present id of the session that asks */
export function showSession(session: SessionRecord, present: string): z.infer<typeof accessRest.session> {
  const { id, address, browser } = session;
  return {
    id,
    createdAt: iso(session.createdAt),
    lastUsedAt: iso(session.lastUsedAt),
    expiresAt: iso(session.expiresAt),
    address,
    browser,
    present: id === present,
  };
}

export function showAuditEntry(record: AuditRecord): z.infer<typeof watchingRest.auditEntry> {
  return { ...record, at: iso(record.at) };
}
