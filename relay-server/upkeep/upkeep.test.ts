import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../clock.ts';
import { databasePath } from '../data-directory.ts';
import { createServer, type RunningServer } from '../server.ts';
import { backupsDirectory, listBackups, makeBackup } from './backup.ts';
import { type CheckedServer, checkServer } from './checks.ts';
import { PeriodicBackups, pruneBackups } from './periodic-backups.ts';
import { restoreBackup } from './restore.ts';

const NOW = Date.parse('2026-11-29T01:02:03Z');
const logger = pino({ level: 'silent' });
let directory: string;
let server: RunningServer | undefined;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'causeway-upkeep-'));
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  rmSync(directory, { recursive: true, force: true });
});

async function serve(): Promise<RunningServer> {
  server = await createServer({ listen: { host: '127.0.0.1', port: 0 }, dataDirectory: directory, logger });
  return server;
}

async function stop(): Promise<void> {
  await server?.close();
  server = undefined;
}

async function codes(): Promise<Record<string, string | null>> {
  const checks: CheckedServer[] = [];
  await checkServer({ dataDirectory: directory, now: NOW }, (check) => checks.push(check));
  return Object.fromEntries(checks.map(({ name, code }) => [name, code]));
}

const backup = () => makeBackup({ dataDirectory: directory, into: backupsDirectory(directory), now: NOW });

/** A change that can be seen again. */
function write(text: string): void {
  const database = new DatabaseSync(databasePath(directory));
  database.exec(`create table if not exists marks (text); insert into marks values ('${text}')`);
  database.close();
}

function written(): string[] {
  const database = new DatabaseSync(databasePath(directory), { readOnly: true });
  const rows = database.prepare('select text from marks').all();
  database.close();
  return rows.map(({ text }) => String(text));
}

/** @returns the HTTP status */
function claimed(port: number, secret: string): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const sent = request(`https://127.0.0.1:${port}/api/v1/claim`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    rejectUnauthorized: false,
    agent: false,
  });
  sent.once('response', (response) => resolve(response.resume().statusCode)).once('error', reject);
  sent.end(JSON.stringify({ secret }));
  return promise;
}

test('a backup made beside a running server comes back, keys and all, and what it replaced is kept', async () => {
  const { pin } = await serve();
  write('before');
  const { path, manifest } = await backup();
  expect(Object.keys(manifest.files)).toEqual([
    'causeway.sqlite',
    'grant-key.pem',
    'tls-certificate.pem',
    'tls-key.pem',
  ]);
  write('after');
  await expect(restoreBackup(path, directory, NOW)).rejects.toMatchObject({ code: 'SERVER_ALREADY_RUNNING' });
  await stop();
  for (const name of ['causeway.sqlite', 'tls-key.pem']) writeFileSync(join(directory, name), 'ruined');
  await expect(serve()).rejects.toMatchObject({ code: 'STATE_CORRUPT' });
  expect((await codes()).database).toBe('STATE_CORRUPT');
  const { replaced } = await restoreBackup(path, directory, NOW);
  expect(readFileSync(join(String(replaced), 'tls-key.pem'), 'utf8')).toBe('ruined');
  expect(written()).toEqual(['before']);
  expect((await serve()).pin).toBe(pin);
});

test('a backup that was changed, or is half there, is refused before anything is touched', async () => {
  await serve();
  const { path } = await backup();
  await stop();
  const keyBefore = readFileSync(join(directory, 'tls-key.pem'), 'utf8');
  const changed = join(directory, 'changed');
  cpSync(path, changed, { recursive: true });
  writeFileSync(join(changed, 'grant-key.pem'), 'x');
  const refused = async (issue: RegExp) =>
    expect(restoreBackup(changed, directory, NOW)).rejects.toMatchObject({
      code: 'BACKUP_UNUSABLE',
      message: expect.stringMatching(issue),
    });
  await refused(/grant-key\.pem is not as it was/);
  rmSync(join(changed, 'grant-key.pem'));
  await refused(/grant-key\.pem is missing/);
  const manifest = JSON.parse(readFileSync(join(changed, 'manifest.json'), 'utf8'));
  manifest.files = { '..-x': { bytes: 1, sha256: 'a'.repeat(64) } };
  writeFileSync(join(changed, 'manifest.json'), JSON.stringify(manifest));
  await refused(/none of a server's/);
  rmSync(join(changed, 'manifest.json'));
  await refused(/no manifest/);
  expect(readFileSync(join(directory, 'tls-key.pem'), 'utf8')).toBe(keyBefore);
  expect(readdirSync(directory).filter((name) => name.startsWith('replaced-'))).toEqual([]);
});

test('checks name what is wrong', async () => {
  expect(await codes()).toMatchObject({ database: 'USAGE', process: 'SERVER_NOT_RUNNING' });
  expect(existsSync(databasePath(directory))).toBe(false);
  await serve();
  expect(await codes()).toEqual({
    disk: null,
    database: null,
    keys: null,
    backup: null,
    process: null,
    descriptors: null,
    answer: null,
    start: null,
    certificate: null,
    requests: null,
  });
  await makeBackup({ dataDirectory: directory, into: backupsDirectory(directory), now: NOW - 3 * 86_400_000 });
  await stop();
  writeFileSync(join(directory, 'running.json'), '');
  expect(await codes()).toMatchObject({ backup: 'BACKUP_OVERDUE', process: 'SERVER_NOT_RUNNING' });
});

test('checks tell what a server has lived through: a restart, another certificate or key, slow requests', async () => {
  await serve();
  await stop();
  const soundNow = async () => {
    const checks: CheckedServer[] = [];
    await checkServer({ dataDirectory: directory, now: Date.now() }, (check) => checks.push(check));
    return checks.filter(({ code }) => code !== null);
  };
  rmSync(join(directory, 'tls-certificate.pem'));
  await serve();
  expect(await soundNow()).toMatchObject([
    {
      name: 'start',
      ok: true,
      code: 'SERVER_RESTARTED',
      detail: expect.stringMatching(/less than a minute ago; .* stopped in order; no machine was connected then/),
    },
    { name: 'certificate', ok: true, code: 'CERTIFICATE_EXCHANGED', remedy: expect.stringMatching(/go by the key/) },
  ]);
  await stop();
  const path = join(directory, 'observed.json');
  const slow = { count: 300, worst: { line: '10.21.0.4', count: 299 }, since: Date.now() - 9_000, last: Date.now() };
  // As after a kill, with machines connected.
  const killed = { ...JSON.parse(readFileSync(path, 'utf8')), endedAt: null, machines: 202, slow };
  writeFileSync(path, JSON.stringify(killed));
  for (const name of ['tls-key.pem', 'tls-certificate.pem']) rmSync(join(directory, name));
  await serve();
  const [start, certificate] = await soundNow();
  expect(start?.detail).toMatch(/was killed, .*; 202 machines were connected then, and 0 are now/);
  expect(certificate).toMatchObject({ ok: false, code: 'SERVER_KEY_CHANGED' });
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), slow }));
  const requests = (await soundNow()).find(({ name }) => name === 'requests');
  expect(requests).toMatchObject({ ok: true, code: 'REQUESTS_SLOW' });
  expect(requests?.detail).toMatch(/ended 300 connections .* 299 of them from 10\.21\.0\.4/);
});

test('a database that another program holds is waited for without holding up this process', {
  timeout: 30_000,
}, async () => {
  const { address, firstSecret } = await serve();
  const other = new DatabaseSync(databasePath(directory));
  other.exec('begin immediate');
  let turns = 0;
  const turning = setInterval(() => turns++, 10);
  const claim = claimed(address.port, firstSecret ?? '');
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  expect(turns).toBeGreaterThan(20);
  other.exec('rollback');
  other.close();
  clearInterval(turning);
  expect(await claim).toBe(201);
});

test('the server makes backups by itself, and keeps no more than it should', async () => {
  await serve();
  const clock = { ...systemClock, now: () => NOW };
  using periodic = new PeriodicBackups({ dataDirectory: directory, clock, logger, everyMs: 3_600_000, settleMs: 1 });
  await expect.poll(() => periodic.lastMadeAt, { timeout: 10_000 }).toBe(NOW);
  const into = backupsDirectory(directory);
  for (let day = 1; day <= 3; day++) await makeBackup({ dataDirectory: directory, into, now: NOW + day * 86_400_000 });
  await pruneBackups(into, 2);
  const left = await listBackups(into);
  expect(left.map(({ madeAt }) => (madeAt - NOW) / 86_400_000)).toEqual([2, 3]);
  await pruneBackups(into, 7, 1);
  expect((await listBackups(into)).map(({ madeAt }) => (madeAt - NOW) / 86_400_000)).toEqual([3]);
  expect(existsSync(left[0]?.path ?? '')).toBe(false);
});
