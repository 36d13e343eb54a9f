/**
 * What an owner does to people. Changes come one after the other (turns), so that two owners can not
 * take each other's rights away at the same moment and leave nobody.
 */
import { CausewayError } from '#protocol/errors.ts';
import type { Rights } from '#protocol/rest/api.ts';
import { newId } from '../../random.ts';
import type { ChangedPerson } from '../../store/people-store.ts';
import type { PersonRecord } from '../../store/records.ts';
import { auditEntry } from '../audit.ts';
import type { AdministrationContext, ControlContext } from '../context.ts';
import { requireStrong } from './password-strength.ts';
import { renewalOf } from './session-token.ts';
import { targetOf } from './sessions.ts';

export interface NewPerson {
  readonly name: string;
  readonly displayName: string;
  readonly rights: Rights;
  /** null: can sign in at the identity provider only. */
  readonly password: string | null;
}

export interface PersonEdit {
  readonly displayName?: string;
  readonly rights?: Rights;
  readonly disabled?: boolean;
  readonly password?: string;
  /** Takes the second factor away. */
  readonly totp?: false;
}

/** What became of a person, and of the session that asked for it. */
export interface Changed {
  readonly person: PersonRecord;
  /** For the cookie of who asked, in place of the one they have; undefined when that goes on. */
  readonly token: string | undefined;
}

/** @throws CausewayError NOT_FOUND */
export async function findPerson(context: ControlContext, nameOrId: string): Promise<PersonRecord> {
  const { people } = context.store;
  const found = (await people.find(nameOrId)) ?? (await people.findByName(nameOrId.toLowerCase()));
  if (found === undefined) throw new CausewayError('NOT_FOUND', { kind: 'person', id: nameOrId });
  return found;
}

/** @throws CausewayError PASSWORD_WEAK, RATE_LIMITED */
export async function hashNewPassword(context: ControlContext, password: string, names: string[]): Promise<string> {
  const server = new URL(context.serverUrl()).hostname;
  const subscriptions = context.directory.list().map((home) => home.record.name);
  requireStrong(password, [...names, server, ...subscriptions]);
  return context.access.passwords.hash(password);
}

/**
 * Stores nothing yet.
 * @param known further names that make a weak password
 * @throws CausewayError PASSWORD_WEAK, RATE_LIMITED
 */
export async function makePerson(
  context: ControlContext,
  wanted: NewPerson,
  known: readonly string[] = [],
): Promise<PersonRecord> {
  const { name, displayName, rights, password } = wanted;
  return {
    id: newId<string>(context.random),
    name,
    displayName,
    rights,
    passwordHash: password === null ? null : await hashNewPassword(context, password, [name, displayName, ...known]),
    totpSecret: null,
    totpLastStep: 0,
    oidcSubject: null,
    disabled: false,
    createdAt: context.clock.now(),
    lastSignInAt: null,
    version: 1,
  };
}

/** @throws CausewayError EXISTS_ALREADY, PASSWORD_WEAK, RATE_LIMITED */
export async function createPerson(context: AdministrationContext, wanted: NewPerson): Promise<PersonRecord> {
  const person = await makePerson(context, wanted);
  return context.turns.take(async () => {
    await requireNameFree(context, person.name);
    const after = { name: person.name, displayName: person.displayName, rights: person.rights };
    await context.store.people.create(
      person,
      auditEntry(context, context.by, 'person.create', { target: targetOf(person), after }),
    );
    context.access.tell('people', context.by.name);
    context.logger.info({ person: person.id }, 'person created');
    return person;
  });
}

/**
 * Ends the person's sessions when something changes by which they were let in, but for `asking`, which
 * gets another token.
 * @throws CausewayError CHANGED_MEANWHILE, LAST_OWNER, NOT_FOUND, PASSWORD_WEAK, RATE_LIMITED
 */
export async function changePerson(
  context: AdministrationContext,
  id: string,
  edit: PersonEdit,
  expected: number | undefined,
  asking: string | undefined,
): Promise<Changed> {
  const before = await findPerson(context, id);
  const { displayName, rights, disabled, password, totp } = edit;
  const names = [before.name, displayName ?? before.displayName];
  const passwordHash = password === undefined ? undefined : await hashNewPassword(context, password, names);
  return context.turns.take(async () => {
    const person = await findPerson(context, before.id);
    await requireVersion(context, person, expected);
    if ((rights !== undefined && rights !== 'owner') || disabled === true) await requireOtherOwner(context, person);
    const closing =
      passwordHash !== undefined ||
      (rights !== undefined && rights !== person.rights) ||
      (disabled !== undefined && disabled !== person.disabled) ||
      (totp === false && person.totpSecret !== null);
    const shown = { displayName, rights, disabled };
    const entry = auditEntry(context, context.by, 'person.change', {
      target: targetOf(person),
      before: told(shown, (key) => person[key]),
      after: {
        ...told(shown, (key) => shown[key]),
        ...(password !== undefined && { password: 'new' }),
        ...(totp === false && { secondFactor: false }),
      },
    });
    const change = {
      ...(displayName !== undefined && { displayName }),
      ...(rights !== undefined && { rights }),
      ...(disabled !== undefined && { disabled }),
      ...(passwordHash !== undefined && { passwordHash }),
      ...(totp === false && { totpSecret: null }),
    };
    const renewal = asking === undefined ? undefined : renewalOf(context.random, asking);
    const ending = closing ? { allBut: renewal } : 'none';
    const changed = await context.store.people.change(person.id, change, ending, entry);
    if (changed === undefined) throw new CausewayError('NOT_FOUND', { kind: 'person', id });
    context.logger.info({ person: person.id }, 'person changed');
    return tellChanged(context, 'people', changed, renewal);
  });
}

/** With all sessions. @throws CausewayError CHANGED_MEANWHILE, LAST_OWNER, NOT_FOUND */
export function removePerson(context: AdministrationContext, id: string, expected: number | undefined): Promise<void> {
  return context.turns.take(async () => {
    const person = await findPerson(context, id);
    await requireVersion(context, person, expected);
    await requireOtherOwner(context, person);
    const before = { name: person.name, displayName: person.displayName, rights: person.rights };
    const ended = await context.store.people.remove(
      person.id,
      auditEntry(context, context.by, 'person.remove', { target: targetOf(person), before }),
    );
    context.access.forgetFactor(person.id);
    context.access.tell('people', context.by.name, ended);
    context.logger.info({ person: person.id }, 'person removed');
  });
}

/** After it is stored. @param renewal what the session that asked was to become */
export function tellChanged(
  { access, by }: AdministrationContext,
  kind: 'people' | 'account',
  { person, ended, renewed }: ChangedPerson,
  renewal: { readonly id: string; readonly token: string } | undefined,
): Changed {
  const token = renewed ? renewal?.token : undefined;
  if (renewed && renewal !== undefined) access.tellRenewed(renewal.id);
  access.tell(kind, by.name, ended);
  return { person, token };
}

/** @throws CausewayError EXISTS_ALREADY */
export async function requireNameFree(context: ControlContext, name: string): Promise<void> {
  if ((await context.store.people.findByName(name)) !== undefined) {
    throw new CausewayError('EXISTS_ALREADY', { kind: 'person', name });
  }
}

/** @throws CausewayError CHANGED_MEANWHILE */
export async function requireVersion(
  context: ControlContext,
  person: PersonRecord,
  expected: number | undefined,
): Promise<void> {
  if (expected === undefined || expected === person.version) return;
  const by = (await context.store.audit.lastActor(person.id)) ?? 'Somebody';
  throw new CausewayError('CHANGED_MEANWHILE', { by, thing: person.displayName });
}

/** @throws CausewayError LAST_OWNER when nobody else could give rights to people any more. */
async function requireOtherOwner(context: ControlContext, person: PersonRecord): Promise<void> {
  const canSignIn = ({ disabled, passwordHash }: PersonRecord) =>
    !disabled && (passwordHash !== null || context.access.oidc !== null);
  const owners = (await context.store.people.list()).filter((one) => one.rights === 'owner' && canSignIn(one));
  if (owners.length === 1 && owners[0]?.id === person.id) {
    throw new CausewayError('LAST_OWNER', { name: person.displayName });
  }
}

function told<Key extends string>(
  edit: { readonly [key in Key]: unknown },
  value: (key: Key) => unknown,
): Record<string, unknown> {
  const keys = (Object.keys(edit) as Key[]).filter((key) => edit[key] !== undefined);
  return Object.fromEntries(keys.map((key) => [key, value(key)]));
}
