import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { FRAME_TYPE, NOTICE_CODE, RELAY_PATH, RELAY_SUBPROTOCOL } from '#protocol/frames.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { Clock } from './clock.ts';
import { databasePath } from './data-directory.ts';
import { activateMachine, returnMachine } from './loopback-machine.fixture.ts';
import { startLoopbackServer } from './loopback-server.fixture.ts';
import { SmallDisk, smallDiskMissing } from './small-disk.fixture.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'causeway-relay-test-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** What is kept: who is connected at the moment is not. */
const withoutPresence = (shown: unknown): unknown =>
  JSON.parse(JSON.stringify(shown, (key, value) => (key === 'online' ? undefined : value)));

const noDisk = smallDiskMissing();

describe('a server', () => {
  test('keeps everything over a restart: keys, pin, policy, machines, tokens, API keys', async () => {
    const first = await startLoopbackServer({ dataDirectory: directory });
    await first.must('POST', '/subscriptions', { name: 'contoso' });
    const at = '/subscriptions/contoso';
    await first.must('POST', `${at}/groups`, { name: 'office', interconnected: true });
    await first.must('POST', `${at}/roles`, { name: 'web' });
    const sides = { a: { kind: 'role', name: 'web' }, b: { kind: 'group', name: 'office' } };
    await first.must('POST', `${at}/connections`, sides);
    const { token } = await first.must('POST', `${at}/tokens`, { group: 'office' });
    const machine = await activateMachine(first.server.url, token, 'sql01');
    const show = (path: string) => first.must('GET', path);
    const paths = [at, `${at}/groups`, `${at}/roles`, `${at}/connections`, `${at}/tokens`];
    const before = withoutPresence(await Promise.all(paths.map(show)));
    const { pin } = first.server;
    const { port } = first.server.address;
    await first.server.close();
    expect(await machine.connection.closed).toMatchObject({ status: 1012 });

    const second = await startLoopbackServer({ dataDirectory: directory, port });
    expect(second.server.pin).toBe(pin);
    expect(second.server.firstSecret).toBeUndefined();
    const again = await Promise.all(paths.map((path) => second.api('GET', path, undefined, first.apiKey ?? null)));
    expect(withoutPresence(again.map(({ body }) => body))).toEqual(before);
    await returnMachine(second.server.url, machine);
    expect((await machine.connection.request('self', {})).self).toEqual(machine.self);
    await activateMachine(second.server.url, token, 'sql02');
    await second.server.close();
  });

  test('has what is secret readable by its user only', async () => {
    const { server } = await startLoopbackServer({ dataDirectory: directory });
    await server.close();
    const keys = (await readdir(directory)).filter((file) => file.endsWith('key.pem'));
    expect(keys).toEqual(['grant-key.pem', 'tls-key.pem']);
    for (const key of keys) expect((await stat(join(directory, key))).mode & 0o777).toBe(0o600);
  });

  test('stores no secret in clear', async () => {
    const loopback = await startLoopbackServer({ dataDirectory: directory });
    await loopback.must('POST', '/subscriptions', { name: 'contoso' });
    const { token } = await loopback.must('POST', '/subscriptions/contoso/tokens', {});
    await loopback.server.close();
    const database = await readFile(databasePath(directory));
    expect(database.includes('contoso')).toBe(true);
    for (const secret of [token, loopback.apiKey ?? '', loopback.server.firstSecret ?? '']) {
      expect(secret).not.toBe('');
      expect(database.includes(secret)).toBe(false);
    }
  });

  test('carries the relay on the same port, which a removed machine loses', async () => {
    await using loopback = await startLoopbackServer({ dataDirectory: directory });
    const { url } = loopback.server;
    await loopback.must('POST', '/subscriptions', { name: 'contoso' });
    const { token } = await loopback.must('POST', '/subscriptions/contoso/tokens', {});
    const machine = await activateMachine(url, token, 'sql01');
    const join = async () => {
      const { ticket } = await machine.connection.request('relayTicket', {});
      const socket = new WebSocket(new URL(RELAY_PATH, url), RELAY_SUBPROTOCOL, {
        rejectUnauthorized: false,
        headers: { authorization: `Bearer ${ticket}` },
      });
      await new Promise((resolve, reject) => {
        socket.once('open', resolve);
        socket.once('error', reject);
      });
      return socket;
    };
    const socket = await join();
    const show = () => loopback.must('GET', '/subscriptions/contoso/machines/sql01');
    await expect.poll(show).toMatchObject({ relay: 'connected' });
    expect((await loopback.api('GET', './healthz')).body).toMatchObject({ relay: { connections: 1 } });
    expect((await loopback.api('GET', './metrics', undefined, null)).body).toContain('causeway_relay_connections 1');
    const gone = new Promise((resolve) => socket.once('close', resolve));
    await loopback.must('DELETE', '/subscriptions/contoso/machines/sql01');
    await gone;
  });

  test('tells relay connections that it restarts', async () => {
    const loopback = await startLoopbackServer({ dataDirectory: directory });
    const { url } = loopback.server;
    await loopback.must('POST', '/subscriptions', { name: 'contoso' });
    const { token } = await loopback.must('POST', '/subscriptions/contoso/tokens', {});
    const { ticket } = await (await activateMachine(url, token, 'pc')).connection.request('relayTicket', {});
    const socket = new WebSocket(new URL(RELAY_PATH, url), RELAY_SUBPROTOCOL, {
      rejectUnauthorized: false,
      headers: { authorization: `Bearer ${ticket}` },
    });
    await new Promise((resolve) => socket.once('open', resolve));
    const notice = new Promise<Buffer>((resolve) => socket.once('message', (data) => resolve(data as Buffer)));
    await loopback.server.close();
    const frame = await notice;
    expect([frame[0], frame.at(-1)]).toEqual([FRAME_TYPE.NOTICE, NOTICE_CODE.RESTARTING]);
  });

  test('writes in batches when machines were last seen, and at the end', async () => {
    let now = 1_800_000_000_000;
    const pending = new Set<() => void>();
    const clock: Clock = {
      now: () => now,
      after(_, run) {
        pending.add(run);
        return () => pending.delete(run);
      },
    };
    const first = await startLoopbackServer({ dataDirectory: directory, clock });
    await first.must('POST', '/subscriptions', { name: 'contoso' });
    const { token } = await first.must('POST', '/subscriptions/contoso/tokens', {});
    const machine = await activateMachine(first.server.url, token, 'pc');
    now += 7_000;
    await machine.connection.close();
    const lastSeen = async (server: typeof first) =>
      (await server.api('GET', '/subscriptions/contoso/machines/pc', undefined, first.apiKey ?? null)).body.lastSeenAt;
    await expect.poll(() => lastSeen(first)).toBe(new Date(now).toISOString());
    await first.server.close();
    await using second = await startLoopbackServer({ dataDirectory: directory, clock });
    expect(await lastSeen(second)).toBe(new Date(now).toISOString());
  });

  test('closes a control connection on which nobody authenticates in time', async () => {
    const late: (() => void)[] = [];
    const clock: Clock = {
      now: () => 1_800_000_000_000,
      after(ms, run) {
        if (ms === LIMITS.CHALLENGE_LIFETIME_MS.value) late.push(run);
        return () => {};
      },
    };
    await using loopback = await startLoopbackServer({ dataDirectory: directory, clock });
    const { LoopbackConnection } = await import('./loopback-machine.fixture.ts');
    const connection = await LoopbackConnection.open(loopback.server.url);
    for (const run of late) run();
    expect(await connection.closed).toMatchObject({ status: 1008 });
  });
});

describe('a start that can not be', () => {
  const startsWith = (dataDirectory: string, port = 0) =>
    startLoopbackServer({ dataDirectory, port }).then(
      async ({ server }) => {
        await server.close();
        return 'started';
      },
      (error) => error.code,
    );

  test('another program on the port', async () => {
    const other = createTcpServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await expect(startLoopbackServer({ dataDirectory: directory, port })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: `Another program already listens on 127.0.0.1:${port}.`,
    });
    other.close();
    expect(await startsWith(directory)).toBe('started');
  });

  test('another server on the data directory', async () => {
    await using _running = await startLoopbackServer({ dataDirectory: directory });
    expect(await startsWith(directory)).toBe('SERVER_ALREADY_RUNNING');
  });

  test('a database that is damaged stays as it is', async () => {
    expect(await startsWith(directory)).toBe('started');
    const path = databasePath(directory);
    const whole = await readFile(path);
    const inside = Buffer.from(whole);
    inside.fill(0xa5, 3 * 4096, 5 * 4096);
    for (const damaged of [Buffer.from('this is no database at all'.repeat(300)), inside]) {
      await writeFile(path, damaged);
      expect(await startsWith(directory)).toBe('STATE_CORRUPT');
      expect((await readFile(path)).equals(damaged)).toBe(true);
    }
    await writeFile(path, whole);
    expect(await startsWith(directory)).toBe('started');
  });

  test('a database of a newer version', async () => {
    expect(await startsWith(directory)).toBe('started');
    const { DatabaseSync } = await import('node:sqlite');
    const database = new DatabaseSync(databasePath(directory));
    database.exec('update schema_version set version = 99');
    database.close();
    expect(await startsWith(directory)).toBe('STATE_TOO_NEW');
  });

  test('a key that is damaged stays as it is', async () => {
    for (const file of ['tls-key.pem', 'grant-key.pem']) {
      expect(await startsWith(directory)).toBe('started');
      const whole = await readFile(join(directory, file));
      await writeFile(join(directory, file), 'not a key');
      expect(await startsWith(directory)).toBe('STATE_CORRUPT');
      expect(await readFile(join(directory, file), 'utf8')).toBe('not a key');
      await writeFile(join(directory, file), whole);
    }
  });

  test.skipIf(noDisk !== undefined)(`a directory that is read-only${noDisk ? ` (${noDisk})` : ''}`, async () => {
    using disk = new SmallDisk(4);
    expect(await startsWith(disk.path)).toBe('started');
    disk.makeReadOnly();
    expect(await startsWith(disk.path)).toBe('DIRECTORY_READ_ONLY');
    using empty = new SmallDisk(1);
    empty.makeReadOnly();
    expect(await startsWith(join(empty.path, 'data'))).toBe('DIRECTORY_READ_ONLY');
  });

  test.skipIf(noDisk !== undefined)(`a disk without any room${noDisk ? ` (${noDisk})` : ''}`, async () => {
    using disk = new SmallDisk(1);
    disk.fill(8192);
    expect(await startsWith(disk.path)).toBe('DISK_FULL');
    disk.empty();
    expect(await startsWith(disk.path)).toBe('started');
  });
});

test.skipIf(noDisk !== undefined)(`a disk that fills up loses nothing${noDisk ? ` (${noDisk})` : ''}`, async () => {
  using disk = new SmallDisk(4);
  const first = await startLoopbackServer({ dataDirectory: disk.path });
  await first.must('POST', '/subscriptions', { name: 'contoso' });
  const { token } = await first.must('POST', '/subscriptions/contoso/tokens', {});
  disk.fill(256 * 1024);
  const made: string[] = [];
  let refusal: { status: number; body: unknown } | undefined;
  for (let i = 0; refusal === undefined && i < 500; i++) {
    const group = { name: `group ${i}`, description: 'x'.repeat(500) };
    const answer = await first.api('POST', '/subscriptions/contoso/groups', group);
    if (answer.status === 201) made.push(group.name);
    else refusal = answer;
  }
  expect(refusal).toMatchObject({ status: 507, body: { error: { code: 'DISK_FULL' } } });
  const names = async (server: typeof first) => {
    const { items } = (await server.api('GET', '/subscriptions/contoso/groups', undefined, first.apiKey ?? null)).body;
    return items.map((group: { name: string }) => group.name).sort();
  };
  // What was acknowledged is there, what was refused is not, and the server still answers.
  expect(await names(first)).toEqual([...made].sort());
  await expect(activateMachine(first.server.url, token, 'late')).rejects.toMatchObject({ code: 'DISK_FULL' });
  expect((await first.must('GET', '/subscriptions/contoso')).machines).toBe(0);
  expect(first.log.filter((line) => line.includes('DISK_FULL')).length).toBeGreaterThanOrEqual(2);
  disk.empty();
  await first.must('POST', '/subscriptions/contoso/groups', { name: 'after' });
  await activateMachine(first.server.url, token, 'late');
  await first.server.close();

  const second = await startLoopbackServer({ dataDirectory: disk.path });
  expect(await names(second)).toEqual([...made, 'after'].sort());
  await second.server.close();
});
