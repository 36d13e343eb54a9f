/**
 * Sessions: found by the token that a browser shows, listed, ended.
 */
import { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { Actor, PersonRecord, SessionRecord } from '../../store/records.ts';
import { auditEntry } from '../audit.ts';
import type { AdministrationContext, ControlContext } from '../context.ts';
import type { Sightings } from '../sightings.ts';
import { sessionId } from './session-token.ts';

export type SessionsContext = ControlContext & { readonly sightings: Sightings };

export interface OpenSession {
  readonly session: SessionRecord;
  readonly person: PersonRecord;
}

export function actorOf(person: PersonRecord, address: string): Actor {
  return { kind: 'person', id: person.id, name: person.name, address };
}

/** @returns undefined when there is none, it has ended, or its person may not sign in any more. */
export async function findSession(context: SessionsContext, token: string): Promise<OpenSession | undefined> {
  const found = await context.store.sessions.find(sessionId(token));
  if (found === undefined || found.person.disabled || !isOpen(context, found.session)) return undefined;
  return found;
}

/** Those that are open, the one that was used last first. */
export async function listSessions(context: SessionsContext, person: string): Promise<readonly SessionRecord[]> {
  const sessions = await context.store.sessions.list(person);
  return sessions
    .filter((session) => isOpen(context, session))
    .map((session) => ({ ...session, lastUsedAt: lastUse(context, session) }))
    .sort((a, b) => b.lastUsedAt - a.lastUsedAt);
}

/** @throws CausewayError NOT_FOUND */
export async function endSession(context: AdministrationContext, person: PersonRecord, id: string): Promise<void> {
  const entry = auditEntry(context, context.by, 'session.end', { target: targetOf(person) });
  if (!(await context.store.sessions.end(person.id, id, entry))) {
    throw new CausewayError('NOT_FOUND', { kind: 'session', id });
  }
  context.access.tell('account', context.by.name, [id]);
}

/** Ends the session of a token; not finding one is as good. */
export async function signOut(context: SessionsContext, token: string, address: string): Promise<void> {
  const found = await context.store.sessions.find(sessionId(token));
  if (found === undefined) return;
  const { session, person } = found;
  const entry = auditEntry(context, actorOf(person, address), 'session.end', { target: targetOf(person) });
  await context.store.sessions.end(person.id, session.id, entry);
  context.access.tell('account', person.name, [session.id]);
}

export function targetOf(person: PersonRecord): { kind: string; id: string; name: string } {
  return { kind: 'person', id: person.id, name: person.name };
}

function lastUse(context: SessionsContext, session: SessionRecord): number {
  return Math.max(session.lastUsedAt, context.sightings.sessionUse(session.id) ?? 0);
}

function isOpen(context: SessionsContext, session: SessionRecord): boolean {
  const now = context.clock.now();
  return now < session.expiresAt && now < lastUse(context, session) + LIMITS.SESSION_IDLE_MS.value;
}
