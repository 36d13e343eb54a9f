/**
 * People, sessions and the audit, on SQLite and on a real PostgreSQL.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SubscriptionId } from '#protocol/ids.ts';
import { parseLabel } from '#protocol/names.ts';
import { newId, systemRandom } from '../random.ts';
import { DATABASES, type StartedDatabase } from './databases.fixture.ts';
import type { AuditRecord, PersonRecord, SessionRecord } from './records.ts';
import type { SignIn } from './session-store.ts';
import type { Store } from './store.ts';

const id = () => newId<string>(systemRandom);
let count = 0;
const entry = (action = 'test', more: Partial<AuditRecord> = {}): AuditRecord => ({
  id: String(count++).padStart(24, '0'),
  at: 1_700_000_000_000 + count,
  by: { kind: 'person', id: 'p', name: 'Ada', address: '::1' },
  action,
  subscription: null,
  target: null,
  before: null,
  after: null,
  ...more,
});
const newPerson = (more: Partial<PersonRecord> = {}): PersonRecord => {
  const own = id();
  return {
    id: own,
    name: `${own}@example.com`,
    displayName: 'Zoë',
    rights: 'owner',
    passwordHash: '$argon2id$…',
    totpSecret: null,
    totpLastStep: 0,
    oidcSubject: null,
    disabled: false,
    createdAt: 1_700_000_000_000,
    lastSignInAt: null,
    version: 1,
    ...more,
  };
};
const newSession = (person: string, more: Partial<SessionRecord> = {}): SessionRecord => ({
  id: id() + id(),
  person,
  createdAt: 1_000,
  lastUsedAt: 1_000,
  expiresAt: 9_000,
  address: '192.0.2.1',
  browser: 'Browser/1',
  ...more,
});
const signIn = (person: PersonRecord, more: Partial<SignIn> = {}): SignIn => ({
  session: newSession(person.id),
  person,
  replaces: undefined,
  keep: 3,
  idleSince: 0,
  entry: entry('session.begin'),
  ...more,
});

describe.each(DATABASES)('on $name', ({ missing, start }) => {
  let database: StartedDatabase | undefined;
  let store: Store;
  beforeAll(async () => {
    if (missing !== undefined) return;
    database = await start();
    store = await database.open();
  }, 60_000);
  afterAll(async () => {
    try {
      await (store as Store | undefined)?.close();
    } finally {
      await database?.stop();
    }
  });
  const it = (claim: string, run: () => Promise<void>) =>
    test(claim, async (context) => {
      if (missing !== undefined) return context.skip(missing);
      await run();
    });
  const actions = async () => (await store.audit.list({}, undefined, 1_000)).map(({ action }) => action);

  it('keeps people with the audit, or neither', async () => {
    const person = newPerson({ oidcSubject: id(), totpSecret: 's' });
    const created = entry('person.create');
    await store.people.create(person, created);
    for (const found of [
      await store.people.find(person.id),
      await store.people.findByName(person.name),
      await store.people.findByOidcSubject(person.oidcSubject ?? ''),
      (await store.people.list()).find((one) => one.id === person.id),
    ]) {
      expect(found).toEqual(person);
    }
    await expect(store.people.create({ ...newPerson(), name: person.name }, entry('twice'))).rejects.toThrow();
    await expect(store.people.create(newPerson(), created)).rejects.toThrow();
    expect(await store.people.list()).toHaveLength(1);
    expect(await actions()).toEqual(['person.create']);
    const change = { rights: 'viewer', disabled: true, totpSecret: null } as const;
    expect(await store.people.change(person.id, change, 'none', entry('person.change'))).toEqual({
      person: { ...person, ...change, version: 2 },
      ended: [],
      renewed: false,
    });
    expect(await store.people.change(id(), change, 'none', entry('nobody.change'))).toBeUndefined();
    await store.people.remove(person.id, entry('person.remove'));
    expect(await store.people.find(person.id)).toBeUndefined();
    expect(await actions()).toEqual(['person.remove', 'person.change', 'person.create']);
  });

  it('begins a session only for a person as they were checked', async () => {
    const person = newPerson();
    await store.people.create(person, entry());
    const first = signIn(person, { totpStep: 5, passwordHash: 'new', oidcSubject: id() });
    expect(await store.sessions.begin(first)).toEqual([]);
    const found = await store.sessions.find(first.session.id);
    expect(found?.session).toEqual(first.session);
    expect(found?.person).toMatchObject({ lastSignInAt: 1_000, totpLastStep: 5, passwordHash: 'new' });
    // The same step again, another subject, a version that is old, somebody disabled.
    expect(await store.sessions.begin(signIn(person, { totpStep: 5 }))).toBeUndefined();
    expect(await store.sessions.begin(signIn(person, { oidcSubject: id() }))).toBeUndefined();
    expect(await store.sessions.begin(signIn({ ...person, version: 7 }))).toBeUndefined();
    const replacing = signIn(person, { replaces: first.session.id });
    expect(await store.sessions.begin(replacing)).toEqual([first.session.id]);
    expect((await store.sessions.list(person.id)).map(({ id }) => id)).toEqual([replacing.session.id]);
    const renewal = { id: replacing.session.id, newId: id() };
    const foreign = newPerson();
    await store.people.create(foreign, entry());
    expect(await store.people.change(foreign.id, {}, { allBut: renewal }, entry())).toMatchObject({ renewed: false });
    const renewed = await store.people.change(person.id, {}, { allBut: renewal }, entry());
    expect(renewed).toMatchObject({ ended: [], renewed: true });
    expect(await store.sessions.find(renewal.id)).toBeUndefined();
    expect((await store.sessions.find(renewal.newId))?.session).toEqual({ ...replacing.session, id: renewal.newId });
    const disabled = await store.people.change(person.id, { disabled: true }, { allBut: undefined }, entry());
    expect(disabled?.ended).toEqual([renewal.newId]);
    expect(await store.sessions.begin(signIn(disabled?.person as PersonRecord))).toBeUndefined();
    expect(await store.sessions.list(person.id)).toEqual([]);
  });

  it('forgets sessions that are too many, idle, or over', async () => {
    const person = newPerson();
    await store.people.create(person, entry());
    const made: string[] = [];
    for (let at = 1_000; at < 1_005; at++) {
      const session = newSession(person.id, { createdAt: at, lastUsedAt: at });
      made.push(session.id);
      await store.sessions.begin(signIn(person, { session }));
    }
    const listed = async () => (await store.sessions.list(person.id)).map(({ id }) => id);
    expect(await listed()).toEqual([made[4], made[3], made[2]]);
    await store.sessions.recordUses(new Map([[made[2] ?? '', 2_000]]));
    expect(await listed()).toEqual([made[2], made[4], made[3]]);
    const late = newSession(person.id, { createdAt: 2_500, lastUsedAt: 2_500 });
    await store.sessions.begin(signIn(person, { session: late, idleSince: 1_500 }));
    expect(await listed()).toEqual([late.id, made[2]]);
    const later = newSession(person.id, { createdAt: 9_000, lastUsedAt: 9_000, expiresAt: 20_000 });
    await store.sessions.begin(signIn(person, { session: later }));
    expect(await listed()).toEqual([later.id]);
    expect(await store.sessions.end(id(), later.id, entry())).toBe(false);
    expect(await store.sessions.end(person.id, later.id, entry())).toBe(true);
    expect(await store.sessions.find(later.id)).toBeUndefined();
  });

  it('exchanges the one-time secret for a person with all that belongs to them, once', async () => {
    await store.setFirstSecret('hash', 1);
    const subscription = {
      id: newId<SubscriptionId>(systemRandom),
      name: parseLabel(`s${id().slice(0, 8)}`),
      createdAt: 1,
      policyVersion: 1,
      version: 1,
    };
    const welcome = () => {
      const person = newPerson();
      return { secretHash: 'hash', person, subscription, session: newSession(person.id), entries: [entry(), entry()] };
    };
    expect(await store.people.welcome({ ...welcome(), secretHash: 'other' })).toBe(false);
    const first = welcome();
    // What can not be stored leaves the secret for another try.
    await expect(store.people.welcome({ ...first, session: newSession(id()) })).rejects.toThrow();
    expect(await store.findFirstSecret()).toBe('hash');
    expect(await store.people.welcome(first)).toBe(true);
    expect((await store.sessions.find(first.session.id))?.person).toEqual(first.person);
    expect((await store.readDirectory()).subscriptions).toContainEqual(subscription);
    expect(await store.people.welcome({ ...welcome(), subscription: null })).toBe(false);
  });

  it('reads the audit back as it was written, and finds who was last', async () => {
    const whole = entry('group.create', {
      subscription: { id: 's', name: 'contoso' },
      target: { kind: 'group', id: 'the-target', name: 'Büro' },
      before: { a: 1 },
      after: { b: [true, null, 'ü'] },
    });
    await store.audit.append([whole, entry('other', { target: { ...whole.target, by: 1 } as never })]);
    const found = await store.audit.list({ action: 'group' }, undefined, 10);
    expect(found).toEqual([whole]);
    expect(await store.audit.list({ search: 'BÜRO'.toLowerCase() }, undefined, 10)).not.toEqual([]);
    expect(await store.audit.lastActor('the-target')).toBe('Ada');
    expect(await store.audit.lastActor('unheard-of')).toBeUndefined();
  });
});
