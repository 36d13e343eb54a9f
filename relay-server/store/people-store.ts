/**
 * People in the database, and the first of them. The caller has checked names and rights.
 */
import type { Transaction } from 'kysely';
import { appendToChain } from './audit-chain.ts';
import { personOf, personRow, sessionRow } from './people-rows.ts';
import type { AuditRecord, PersonRecord, SessionRecord, SubscriptionRecord } from './records.ts';
import { subscriptionRow } from './rows.ts';
import type { Tables } from './schema.ts';
import type { Transactions } from './transactions.ts';

export type PersonChange = Partial<
  Pick<PersonRecord, 'displayName' | 'rights' | 'disabled' | 'passwordHash' | 'totpSecret' | 'totpLastStep'>
>;

/** What the one-time secret is exchanged for. */
export interface Welcome {
  readonly secretHash: string;
  readonly person: PersonRecord;
  readonly subscription: SubscriptionRecord | null;
  readonly session: SessionRecord;
  readonly entries: readonly AuditRecord[];
}

/** A session that goes on under another id. */
export interface Renewal {
  readonly id: string;
  readonly newId: string;
}

/** Sessions that a change ends: all of the person's, but for the one that asks, which is renewed. */
export type EndedSessions = 'none' | { readonly allBut: Renewal | undefined };

export interface ChangedPerson {
  readonly person: PersonRecord;
  /** Ids of the sessions that the change ended. */
  readonly ended: readonly string[];
  /** Whether the session that asks was one of the person's, and has its new id. */
  readonly renewed: boolean;
}

export interface PeopleStore {
  /** By name. */
  list(): Promise<readonly PersonRecord[]>;
  find(id: string): Promise<PersonRecord | undefined>;
  findByName(name: string): Promise<PersonRecord | undefined>;
  findByOidcSubject(subject: string): Promise<PersonRecord | undefined>;
  create(person: PersonRecord, entry: AuditRecord): Promise<void>;
  /** Raises the version. @returns undefined if the person is not there. */
  change(
    id: string,
    change: PersonChange,
    ending: EndedSessions,
    entry: AuditRecord,
  ): Promise<ChangedPerson | undefined>;
  /** With all sessions. @returns their ids. */
  remove(id: string, entry: AuditRecord): Promise<readonly string[]>;
  /** Takes the one-time secret away and makes all of it, together. @returns false when it was gone already. */
  welcome(welcome: Welcome): Promise<boolean>;
}

export class SqlPeopleStore implements PeopleStore {
  readonly #transactions: Transactions;

  constructor(transactions: Transactions) {
    this.#transactions = transactions;
  }

  list(): Promise<readonly PersonRecord[]> {
    return this.#transactions.read(async (db) =>
      (await db.selectFrom('people').selectAll().orderBy('name').execute()).map(personOf),
    );
  }

  find(id: string): Promise<PersonRecord | undefined> {
    return this.#findBy('id', id);
  }

  findByName(name: string): Promise<PersonRecord | undefined> {
    return this.#findBy('name', name);
  }

  findByOidcSubject(subject: string): Promise<PersonRecord | undefined> {
    return this.#findBy('oidc_subject', subject);
  }

  create(person: PersonRecord, entry: AuditRecord): Promise<void> {
    return this.#transactions.do(async (db) => {
      await db.insertInto('people').values(personRow(person)).execute();
      await appendToChain(db, [entry]);
    });
  }

  change(
    id: string,
    change: PersonChange,
    ending: EndedSessions,
    entry: AuditRecord,
  ): Promise<ChangedPerson | undefined> {
    const { displayName, rights, disabled, passwordHash, totpSecret, totpLastStep } = change;
    return this.#transactions.do(async (db) => {
      const row = await db
        .updateTable('people')
        .set((row) => ({
          version: row('version', '+', 1),
          ...(displayName !== undefined && { display_name: displayName }),
          ...(rights !== undefined && { rights }),
          ...(disabled !== undefined && { disabled: Number(disabled) }),
          ...(passwordHash !== undefined && { password_hash: passwordHash }),
          ...(totpSecret !== undefined && { totp_secret: totpSecret }),
          ...(totpLastStep !== undefined && { totp_last_step: totpLastStep }),
        }))
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst();
      if (row === undefined) return undefined;
      const renewal = ending === 'none' ? undefined : ending.allBut;
      const ended = ending === 'none' ? [] : await endSessions(db, id, renewal?.id);
      const renewed = renewal !== undefined && (await renewSession(db, id, renewal));
      await appendToChain(db, [entry]);
      return { person: personOf(row), ended, renewed };
    });
  }

  remove(id: string, entry: AuditRecord): Promise<readonly string[]> {
    return this.#transactions.do(async (db) => {
      const ended = await endSessions(db, id, undefined);
      await db.deleteFrom('people').where('id', '=', id).execute();
      await appendToChain(db, [entry]);
      return ended;
    });
  }

  welcome({ secretHash, person, subscription, session, entries }: Welcome): Promise<boolean> {
    return this.#transactions.do(async (db) => {
      const taken = await db.deleteFrom('first_secret').where('hash', '=', secretHash).executeTakeFirst();
      if (taken.numDeletedRows === 0n) return false;
      await db.insertInto('people').values(personRow(person)).execute();
      if (subscription !== null) await db.insertInto('subscriptions').values(subscriptionRow(subscription)).execute();
      await db.insertInto('sessions').values(sessionRow(session)).execute();
      await appendToChain(db, entries);
      return true;
    });
  }

  #findBy(column: 'id' | 'name' | 'oidc_subject', value: string): Promise<PersonRecord | undefined> {
    return this.#transactions.read(async (db) => {
      const row = await db.selectFrom('people').selectAll().where(column, '=', value).executeTakeFirst();
      return row && personOf(row);
    });
  }
}

async function endSessions(db: Transaction<Tables>, person: string, allBut: string | undefined): Promise<string[]> {
  const all = db.deleteFrom('sessions').where('person', '=', person).returning('id');
  const ended = await (allBut === undefined ? all : all.where('id', '<>', allBut)).execute();
  return ended.map(({ id }) => id);
}

async function renewSession(db: Transaction<Tables>, person: string, { id, newId }: Renewal): Promise<boolean> {
  const own = db.updateTable('sessions').set({ id: newId }).where('id', '=', id).where('person', '=', person);
  return (await own.executeTakeFirst()).numUpdatedRows > 0n;
}
