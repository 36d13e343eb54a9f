/**
 * Signing in by name, password and, where it is on, second factor. A wrong name, a wrong password, a
 * disabled person and a wrong code are one refusal, after the same work.
 */
import { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { PersonRecord } from '../../store/records.ts';
import { auditEntry } from '../audit.ts';
import type { ControlContext } from '../context.ts';
import { newSession, sessionId, type Visitor } from './session-token.ts';
import { actorOf, targetOf } from './sessions.ts';
import { totpStep } from './totp.ts';

export interface Credentials {
  readonly name: string;
  readonly password: string;
  readonly code?: string | undefined;
}

export interface SignedIn {
  readonly person: PersonRecord;
  /** For the cookie, and for nothing else. */
  readonly token: string;
}

/** @throws CausewayError SIGN_IN_REFUSED, SECOND_FACTOR_NEEDED (after a right password only), RATE_LIMITED */
export async function signIn(context: ControlContext, given: Credentials, visitor: Visitor): Promise<SignedIn> {
  const { access, store, clock } = context;
  const name = given.name.toLowerCase();
  const person = await store.people.findByName(name);
  const refuse = () => {
    access.refusals.add('session.refuse', visitor.address, person);
    return new CausewayError('SIGN_IN_REFUSED');
  };
  try {
    access.takeAddress(visitor.address);
    access.takeName(name);
  } catch (error) {
    refuse();
    throw error;
  }
  const { right, renewed } = await access.passwords.check(person?.passwordHash ?? null, given.password);
  if (!right || person === undefined || person.disabled) throw refuse();
  let step: number | undefined;
  if (person.totpSecret !== null) {
    if (given.code === undefined) throw new CausewayError('SECOND_FACTOR_NEEDED');
    access.takeCode(person.id);
    step = totpStep(person.totpSecret, given.code, clock.now(), person.totpLastStep);
    if (step === undefined) throw refuse();
  }
  const proofs = { totpStep: step, passwordHash: renewed };
  const signedIn = await beginSession(context, person, visitor, proofs, 'password');
  if (signedIn === undefined) throw refuse();
  return signedIn;
}

/** @returns undefined when the person was changed since it was read. */
export async function beginSession(
  context: ControlContext,
  person: PersonRecord,
  visitor: Visitor,
  proofs: { totpStep?: number | undefined; passwordHash?: string | undefined; oidcSubject?: string | undefined },
  way: 'password' | 'identity provider',
): Promise<SignedIn | undefined> {
  const now = context.clock.now();
  const { record, token } = newSession(context.random, now, person.id, visitor);
  const ended = await context.store.sessions.begin({
    session: record,
    person,
    ...proofs,
    replaces: visitor.token === undefined ? undefined : sessionId(visitor.token),
    keep: LIMITS.SESSIONS_PER_PERSON_MAX.value,
    idleSince: now - LIMITS.SESSION_IDLE_MS.value,
    entry: auditEntry(context, actorOf(person, visitor.address), 'session.begin', {
      target: targetOf(person),
      after: { way, secondFactor: proofs.totpStep !== undefined },
    }),
  });
  if (ended === undefined) return undefined;
  context.access.tell('account', person.name, ended);
  context.logger.info({ person: person.id }, 'signed in');
  return { person: { ...person, lastSignInAt: now }, token };
}
