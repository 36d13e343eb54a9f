/**
 * What people do to their own account. Whatever opens it to somebody else (password, second factor)
 * asks for the present password again: a browser left open must not be enough. After it, the session that
 * asked has another token and all others have ended, so that a stolen cookie is worth nothing any more.
 */
import { CausewayError } from '#protocol/errors.ts';
import type { PersonChange } from '../../store/people-store.ts';
import type { PersonRecord } from '../../store/records.ts';
import { auditEntry } from '../audit.ts';
import type { AdministrationContext } from '../context.ts';
import { type Changed, findPerson, hashNewPassword, requireVersion, tellChanged } from './people.ts';
import { renewalOf } from './session-token.ts';
import { type OpenSession, targetOf } from './sessions.ts';
import { newTotpSecret, totpBase32, totpStep, totpUri } from './totp.ts';

export interface AccountEdit {
  readonly displayName?: string;
  readonly password?: string;
  readonly presentPassword?: string;
}

export interface SecondFactor {
  readonly secret: string;
  readonly uri: string;
  readonly confirmed: boolean;
}

/** And the token that the session has from now on; undefined when it keeps the one that it has. */
type WithToken<Result> = Result & Pick<Changed, 'token'>;

/**
 * A new password ends all other sessions.
 * @throws CausewayError CHANGED_MEANWHILE, SIGN_IN_REFUSED, PASSWORD_WEAK, RATE_LIMITED
 */
export async function changeAccount(
  context: AdministrationContext,
  { person, session }: OpenSession,
  edit: AccountEdit,
  expected: number | undefined,
): Promise<Changed> {
  const { displayName, password } = edit;
  let passwordHash: string | undefined;
  if (password !== undefined) {
    if (person.passwordHash !== null) await requirePassword(context, person, edit.presentPassword ?? '');
    passwordHash = await hashNewPassword(context, password, [person.name, displayName ?? person.displayName]);
  }
  const change = {
    ...(displayName !== undefined && { displayName }),
    ...(passwordHash !== undefined && { passwordHash }),
  };
  const before = displayName === undefined ? null : { displayName: person.displayName };
  const after = {
    ...(displayName !== undefined && { displayName }),
    ...(password !== undefined && { password: 'new' }),
  };
  const ended = passwordHash === undefined ? undefined : session.id;
  return context.turns.take(async () => {
    await requireVersion(context, await findPerson(context, person.id), expected);
    return store(context, person, change, ended, 'account.change', before, after);
  });
}

/**
 * Without a code: makes a secret, which is not on yet. With the secret's first code: switches it on.
 * @throws CausewayError EXISTS_ALREADY when there is one, SIGN_IN_REFUSED for a wrong code, RATE_LIMITED
 */
export async function setUpSecondFactor(
  context: AdministrationContext,
  { person, session }: OpenSession,
  code: string | undefined,
): Promise<WithToken<SecondFactor>> {
  const { access, clock, random } = context;
  if (person.totpSecret !== null)
    throw new CausewayError('EXISTS_ALREADY', { kind: 'second factor', name: person.name });
  if (code === undefined) {
    const secret = newTotpSecret(random);
    access.expectFactor(person.id, secret);
    return { ...shown(context, person, secret, false), token: undefined };
  }
  access.takeCode(person.id);
  const secret = access.expectedFactor(person.id);
  const step = secret === undefined ? undefined : totpStep(secret, code, clock.now(), 0);
  if (secret === undefined || step === undefined) throw new CausewayError('SIGN_IN_REFUSED');
  const change = { totpSecret: secret, totpLastStep: step };
  const { token } = await store(
    context,
    person,
    change,
    session.id,
    'account.second-factor',
    { on: false },
    { on: true },
  );
  access.forgetFactor(person.id);
  return { ...shown(context, person, secret, true), token };
}

/** @throws CausewayError SIGN_IN_REFUSED when the password is not right, RATE_LIMITED */
export async function removeSecondFactor(
  context: AdministrationContext,
  { person, session }: OpenSession,
  presentPassword: string,
): Promise<Changed> {
  if (person.passwordHash !== null) await requirePassword(context, person, presentPassword);
  if (person.totpSecret === null) return { person, token: undefined };
  const change = { totpSecret: null };
  return store(context, person, change, session.id, 'account.second-factor', { on: true }, { on: false });
}

/** As slow for a guesser in a foreign browser as at the sign-in. */
async function requirePassword(context: AdministrationContext, person: PersonRecord, password: string): Promise<void> {
  context.access.takeName(person.name);
  const { right } = await context.access.passwords.check(person.passwordHash, password);
  if (right) return;
  context.access.refusals.add('session.refuse', context.by.address, person);
  throw new CausewayError('SIGN_IN_REFUSED');
}

/** @param keep the session that is renewed when the others end; undefined when none is to end */
async function store(
  context: AdministrationContext,
  person: PersonRecord,
  change: PersonChange,
  keep: string | undefined,
  action: string,
  before: Record<string, unknown> | null,
  after: Record<string, unknown>,
): Promise<Changed> {
  const entry = auditEntry(context, context.by, action, { target: targetOf(person), before, after });
  const renewal = keep === undefined ? undefined : renewalOf(context.random, keep);
  const ending = renewal === undefined ? 'none' : { allBut: renewal };
  const changed = await context.store.people.change(person.id, change, ending, entry);
  if (changed === undefined) throw new CausewayError('NOT_SIGNED_IN');
  return tellChanged(context, 'account', changed, renewal);
}

function shown(context: AdministrationContext, person: PersonRecord, secret: string, confirmed: boolean): SecondFactor {
  const host = new URL(context.serverUrl()).hostname;
  return { secret: totpBase32(secret), uri: totpUri(secret, host, person.name), confirmed };
}
