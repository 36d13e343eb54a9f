/**
 * The audit as a chain, on a real database that somebody changes behind the server's back.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { run } from '../command.ts';
import type { AuditRecord } from './records.ts';
import { openSqliteStore } from './sqlite.ts';
import type { Store } from './store.ts';

const ENTRIES = 12;
let directory: string;
let store: Store;
const path = () => join(directory, 'causeway.sqlite');
const idOf = (number: number) => number.toString(16).padStart(24, '0');

function entry(number: number): AuditRecord {
  const by = { kind: 'person', id: 'p', name: 'ada', address: '::1' } as const;
  const target = { kind: 'group', id: 'g', name: `group ${number}` };
  return {
    id: idOf(number),
    at: number,
    by,
    action: 'group.create',
    subscription: null,
    target,
    before: null,
    after: {},
  };
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'causeway-relay-test-'));
  store = await openSqliteStore(path());
  for (let number = 1; number < ENTRIES; number += 2) await store.audit.append([entry(number), entry(number + 1)]);
});
afterEach(async () => {
  await store.close();
  await rm(directory, { recursive: true, force: true });
});

/** Behind the server's back. */
function change(sql: string): void {
  const database = new DatabaseSync(path());
  database.exec(sql);
  database.close();
}

async function verify(...more: string[]): Promise<{ code: number; out: string; error: string }> {
  const [out, error]: [string[], string[]] = [[], []];
  const code = await run(['audit', 'verify', '--data', directory, ...more], {
    out: (line) => out.push(line),
    error: (line) => error.push(line),
    programDirectory: '.',
    logTo: 2,
    started: () => {},
    stop: new AbortController().signal,
  });
  return { code, out: out.join('\n'), error: error.join('\n') };
}

test('an audit that nobody touched is sound, also when its oldest entries were let go', async () => {
  expect(await verify()).toMatchObject({ code: 0, out: expect.stringContaining('12 entries, from number 1.') });
  expect(await store.audit.prune(5)).toBe(7);
  await store.audit.append([entry(13)]);
  expect(await verify()).toMatchObject({ code: 0, out: expect.stringContaining('6 entries, from number 8.') });
  expect(JSON.parse((await verify('--json')).out)).toMatchObject({ sound: true, from: 8, entries: 6 });
});

describe('what was done behind the server’s back is found', () => {
  test.each([
    ['an entry changed', `update audit set actor_name = 'eve' where position = 5`, 'at entry 5: it, or one before it'],
    ['its time changed', 'update audit set at = 99 where position = 12', 'at entry 12'],
    ['an entry removed', 'delete from audit where position = 7', 'at entry 7: an entry is missing'],
    ['the first removed', 'delete from audit where position = 1', 'at entry 1: an entry is missing'],
    ['the last removed', 'delete from audit where position = 12', 'at entry 12: an entry is missing'],
    ['two exchanged', `update audit set id = 'x' where position = 3`, 'at entry 3'],
    [
      'an entry put in at the end',
      `insert into audit select 'zz', at, actor_kind, actor_id, actor_name, actor_address, action, subscription,
         subscription_name, target_kind, target_id, target_name, before, after, 13, hash from audit where position = 12`,
      'at entry 13',
    ],
    [
      'an entry put in before the first',
      `insert into audit select '0', at, actor_kind, actor_id, actor_name, actor_address, action, subscription,
         subscription_name, target_kind, target_id, target_name, before, after, 0, hash from audit where position = 12`,
      'stands before the first',
    ],
    ['the head gone', 'delete from audit_head', 'the head of the chain is gone'],
    [
      'the beginning said to be let go',
      `delete from audit where position < 4; update audit_head set pruned_position = 3`,
      'at entry 4',
    ],
  ])('%s', async (_, sql, says) => {
    change(sql);
    const { code, error } = await verify();
    expect(code).toBe(1);
    expect(error).toContain('error AUDIT_CHANGED');
    expect(error).toContain(says);
  });

  test('a whole chain written anew, by a head that was kept elsewhere', async () => {
    const { position, hash } = await store.audit.head();
    const head = `${position}:${hash}`;
    expect(await verify('--contains', head)).toMatchObject({ code: 0 });
    await store.audit.append([entry(13)]);
    expect(await verify('--contains', head)).toMatchObject({ code: 0 });
    await store.close();
    await rm(path());
    store = await openSqliteStore(path());
    for (let number = 1; number <= ENTRIES + 1; number++) if (number !== 4) await store.audit.append([entry(number)]);
    expect(await verify()).toMatchObject({ code: 0 });
    const { error } = await verify('--contains', head);
    expect(error).toContain('at entry 12: the chain does not contain the head that is known');
    expect((await verify('--contains', 'x')).error).toContain('USAGE');
  });
});

test('entries from before there was a chain are linked when the server is updated, and writing goes on', async () => {
  await store.close();
  change(`drop index audit_by_position; alter table audit drop column position; alter table audit drop column hash;
    drop table audit_head; update schema_version set version = 4`);
  store = await openSqliteStore(path());
  expect(await verify()).toMatchObject({ code: 0, out: expect.stringContaining('12 entries, from number 1.') });
  await store.audit.append([entry(13)]);
  expect(await verify()).toMatchObject({ code: 0, out: expect.stringContaining('13 entries') });
});

test('entries that are written at the same time stand in one chain', async () => {
  await Promise.all(
    Array.from({ length: 40 }, (_, index) => store.audit.append([entry(100 - index), entry(200 + index)])),
  );
  expect(await store.audit.verify()).toMatchObject({ sound: true, entries: ENTRIES + 80 });
});
