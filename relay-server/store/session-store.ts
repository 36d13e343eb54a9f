/**
 * Sessions in the database, with the sign-in that begins them.
 */
import type { Transaction } from 'kysely';
import { appendToChain } from './audit-chain.ts';
import { personOf, sessionOf, sessionRow } from './people-rows.ts';
import type { AuditRecord, PersonRecord, SessionRecord } from './records.ts';
import type { Tables } from './schema.ts';
import type { Transactions } from './transactions.ts';

/** Everything that a sign-in writes. */
export interface SignIn {
  readonly session: SessionRecord;
  /** As it was when it was checked; if it has changed since, nobody is signed in. */
  readonly person: PersonRecord;
  /** Of the code that was given; must be newer than the last. */
  readonly totpStep?: number | undefined;
  readonly passwordHash?: string | undefined;
  readonly oidcSubject?: string | undefined;
  /** Ended by this sign-in: the one that the browser had. */
  readonly replaces: string | undefined;
  /** Sessions that the person may keep, this one included. */
  readonly keep: number;
  /** Sessions that were last used before are forgotten. */
  readonly idleSince: number;
  readonly entry: AuditRecord;
}

export interface SessionStore {
  /**
   * @returns the sessions that it ended; undefined, with nothing changed, if the person changed meanwhile
   *   or the code's step was taken.
   */
  begin(signIn: SignIn): Promise<readonly string[] | undefined>;
  find(id: string): Promise<{ readonly session: SessionRecord; readonly person: PersonRecord } | undefined>;
  /** The one that was used last first. */
  list(person: string): Promise<readonly SessionRecord[]>;
  /** @returns whether that person had such a session. */
  end(person: string, id: string, entry: AuditRecord): Promise<boolean>;
  recordUses(uses: ReadonlyMap<string, number>): Promise<void>;
}

export class SqlSessionStore implements SessionStore {
  readonly #transactions: Transactions;

  constructor(transactions: Transactions) {
    this.#transactions = transactions;
  }

  begin(signIn: SignIn): Promise<readonly string[] | undefined> {
    const { session, person, totpStep, passwordHash, oidcSubject, entry } = signIn;
    return this.#transactions.do(async (db) => {
      let unchanged = db
        .updateTable('people')
        .set({
          last_sign_in_at: session.createdAt,
          ...(totpStep !== undefined && { totp_last_step: totpStep }),
          ...(passwordHash !== undefined && { password_hash: passwordHash }),
          ...(oidcSubject !== undefined && { oidc_subject: oidcSubject }),
        })
        .where('id', '=', person.id)
        .where('version', '=', person.version)
        .where('disabled', '=', 0);
      if (totpStep !== undefined) unchanged = unchanged.where('totp_last_step', '<', totpStep);
      if (oidcSubject !== undefined) {
        unchanged = unchanged.where((row) =>
          row.or([row('oidc_subject', 'is', null), row('oidc_subject', '=', oidcSubject)]),
        );
      }
      if ((await unchanged.executeTakeFirst()).numUpdatedRows === 0n) return undefined;
      const ended = await makeRoom(db, signIn);
      await db.insertInto('sessions').values(sessionRow(session)).execute();
      await appendToChain(db, [entry]);
      return ended;
    });
  }

  find(id: string): Promise<{ readonly session: SessionRecord; readonly person: PersonRecord } | undefined> {
    return this.#transactions.read(async (db) => {
      const session = await db.selectFrom('sessions').selectAll().where('id', '=', id).executeTakeFirst();
      if (session === undefined) return undefined;
      const person = await db.selectFrom('people').selectAll().where('id', '=', session.person).executeTakeFirst();
      return person && { session: sessionOf(session), person: personOf(person) };
    });
  }

  list(person: string): Promise<readonly SessionRecord[]> {
    return this.#transactions.read(async (db) => {
      const found = db.selectFrom('sessions').selectAll().where('person', '=', person);
      return (await found.orderBy('last_used_at', 'desc').orderBy('id').execute()).map(sessionOf);
    });
  }

  end(person: string, id: string, entry: AuditRecord): Promise<boolean> {
    return this.#transactions.do(async (db) => {
      const ended = await db
        .deleteFrom('sessions')
        .where('id', '=', id)
        .where('person', '=', person)
        .executeTakeFirst();
      if (ended.numDeletedRows === 0n) return false;
      await appendToChain(db, [entry]);
      return true;
    });
  }

  recordUses(uses: ReadonlyMap<string, number>): Promise<void> {
    return this.#transactions.do(async (db) => {
      for (const [id, at] of uses)
        await db.updateTable('sessions').set({ last_used_at: at }).where('id', '=', id).execute();
    });
  }
}

/** Ends what is replaced, over by itself, and of the person's sessions those that are too many. */
async function makeRoom(db: Transaction<Tables>, signIn: SignIn): Promise<string[]> {
  const { session, person, keep, idleSince, replaces } = signIn;
  const over = await db
    .deleteFrom('sessions')
    .where((row) =>
      row.or([
        row('expires_at', '<=', session.createdAt),
        row('last_used_at', '<=', idleSince),
        ...(replaces === undefined ? [] : [row('id', '=', replaces)]),
      ]),
    )
    .returning('id')
    .execute();
  const own = db.selectFrom('sessions').select('id').where('person', '=', person.id);
  const all = await own.orderBy('last_used_at', 'desc').orderBy('id').execute();
  const many = all.slice(keep - 1);
  for (const { id } of many) await db.deleteFrom('sessions').where('id', '=', id).execute();
  return [...over, ...many].map(({ id }) => id);
}
