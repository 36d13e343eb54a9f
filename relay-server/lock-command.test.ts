/**
 * A subscription locked from the command line, against a real server: what an administrator types, sees and
 * keeps in files.
 */
import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { decodeToken } from '#protocol/token.ts';
import { run } from './command.ts';
import { activateMachine } from './loopback-machine.fixture.ts';
import { type LoopbackServer, startLoopbackServer } from './loopback-server.fixture.ts';

let directory: string;
let relay: LoopbackServer;
const at = '/subscriptions/contoso';
const file = (name: string) => join(directory, name);

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'causeway-relay-test-'));
  relay = await startLoopbackServer();
  await relay.must('POST', '/subscriptions', { name: 'contoso' });
  const group = await relay.must('POST', `${at}/groups`, { name: 'office' });
  const role = await relay.must('POST', `${at}/roles`, { name: 'web' });
  const [a, b] = [
    { kind: 'group', id: group.id },
    { kind: 'role', id: role.id },
  ];
  await relay.must('POST', `${at}/connections`, { a, b });
  await joins('sql01', { group: group.id });
});
afterAll(async () => {
  await relay[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

async function joins(name: string, side: object): Promise<void> {
  const { token } = await relay.must('POST', `${at}/tokens`, side);
  const machine = await activateMachine(relay.server.url, token, name);
  await machine.connection.close();
}

async function lock(
  args: readonly string[],
  more: { input?: string; ask?: (question: string) => Promise<boolean> } = {},
): Promise<{ code: number; out: string; error: string }> {
  const [out, error]: [string[], string[]] = [[], []];
  const where = ['--server', relay.server.url, '--pin', relay.server.pin, '--subscription', 'contoso'];
  const code = await run(['lock', ...args, ...where], {
    out: (line) => out.push(line),
    error: (line) => error.push(line),
    programDirectory: '.',
    logTo: 2,
    started: () => {},
    stop: new AbortController().signal,
    environment: { CAUSEWAY_API_KEY: relay.apiKey },
    input: async () => more.input ?? '',
    ...(more.ask && { ask: more.ask }),
  });
  return { code, out: out.join('\n'), error: error.join('\n') };
}

const recovery: string[] = [];

test('init makes the key and the secrets, shows what it signs, and asks', async () => {
  expect(await lock(['status'])).toMatchObject({ code: 0, out: 'The subscription contoso is not locked.' });
  const asked: string[] = [];
  const ask = async (question: string) => asked.push(question) > 0;
  const made = await lock(['init', '--new-key', file('ada.key'), '--name', 'ada'], { ask });
  expect(made).toMatchObject({ code: 0, error: '' });
  expect(asked).toEqual(['Sign this?']);
  expect(made.out).toMatch(/machine {2}.{29} {2}sql01, office/);
  expect(made.out).toMatch(/allow {4}office – web/);
  recovery.push(...(made.out.match(/cwr1_[\w-]{43}/g) ?? []));
  expect(recovery).toHaveLength(2);
  expect((await stat(file('ada.key'))).mode & 0o777).toBe(0o600);
  expect((await lock(['status'])).out).toMatch(/locked, by statement 1\.\n.*ada\nNothing waits for a signature\./);
});

test('the server has seen neither key nor secret', async () => {
  const key = /cwl1_[\w-]+/.exec(await readFile(file('ada.key'), 'utf8'))?.[0] ?? '?';
  const database = await readFile(join(relay.dataDirectory, 'causeway.sqlite'), 'latin1');
  const beside = await readFile(join(relay.dataDirectory, 'causeway.sqlite-wal'), 'latin1').catch(() => '');
  for (const secret of [key, key.slice(5, 40), ...recovery]) {
    expect(database + beside + relay.log.join()).not.toContain(secret);
  }
});

test('a machine that came by a plain token waits, and sign lets it in', async () => {
  await joins('sql02', {});
  await relay.must('PATCH', `${at}/machines/sql02`, { group: 'office' });
  expect((await lock(['status'])).out).toMatch(/machine {2}.* sql02, office/);
  expect((await lock(['sign', '--lock-key', file('ada.key')])).error).toMatch(/USAGE: There is nobody to ask/);
  expect((await lock(['sign', '--lock-key', file('ada.key'), '--yes'])).out).toMatch(/Signed\.$/);
  expect((await lock(['sign', '--lock-key', file('ada.key'), '--yes'])).out).toBe('Nothing waits for a signature.');
});

test('token makes one that is signed before; once revoked, it is withdrawn', async () => {
  const { code, out } = await lock(['token', '--lock-key', file('ada.key'), '--role', 'web', '--days', '2']);
  expect(code).toBe(0);
  expect(decodeToken(out).preSigned).toBeDefined();
  const { items } = await relay.must('GET', `${at}/tokens`);
  await relay.must('DELETE', `${at}/tokens/${items[0].id}`);
  const signed = await lock(['sign', '--lock-key', file('ada.key'), '--yes']);
  expect(signed.out).toMatch(/withdraw token signed before, for web/);
  expect((await relay.must('GET', `${at}/lock`)).departed).toEqual([]);
});

test('a further key signs too, yours is exchanged for a new one, and one that goes signs no more', async () => {
  const added = await lock([
    'add-key',
    '--lock-key',
    file('ada.key'),
    '--new-key',
    file('grace.key'),
    '--name',
    'grace',
    '--yes',
  ]);
  expect(added).toMatchObject({ code: 0, error: '' });
  await joins('sql03', {});
  const second = await lock(['sign', '--lock-key', file('grace.key'), '--yes']);
  expect(second.out).toMatch(/Your key has not signed this lock before/);
  const rotated = await lock(['rotate', '--lock-key', file('ada.key'), '--new-key', file('ada2.key'), '--yes']);
  expect(rotated).toMatchObject({ code: 0, error: '' });
  expect((await lock(['sign', '--lock-key', file('ada2.key'), '--yes'])).out).toBe('Nothing waits for a signature.');
  await joins('sql04', {});
  expect((await lock(['sign', '--lock-key', file('ada.key'), '--yes'])).error).toMatch(/LOCK_KEY_FOREIGN/);
  const removed = await lock(['remove-key', '--lock-key', file('ada2.key'), '--name', 'grace', '--yes']);
  expect(removed).toMatchObject({ code: 0, error: '' });
  expect((await lock(['off', '--lock-key', file('grace.key'), '--yes'])).error).toMatch(/LOCK_KEY_FOREIGN/);
  const { keys, machines } = await relay.must('GET', `${at}/lock`);
  expect(keys.map(({ name }: { name: string }) => name)).toEqual(['ada']);
  expect(machines.every(({ state }: { state: string }) => state === 'signed')).toBe(true);
});

test('a server that shows the lock of an earlier day gets no signature on top of it', async () => {
  const { statements } = await relay.must('GET', `${at}/lock`);
  const home = relay.server.control.context.directory.find('contoso');
  const shown = vi.spyOn(home.lock, 'statements', 'get').mockReturnValue(statements.slice(0, -1));
  const number = vi
    .spyOn(home.lock, 'sequence', 'get')
    .mockReturnValue(decodeJwt(statements.at(-2)).sequence as number);
  for (const command of [['sign'], ['off'], ['token', '--role', 'web']]) {
    const refused = await lock([
      ...command,
      '--lock-key',
      file('ada2.key'),
      ...(command.length === 1 ? ['--yes'] : []),
    ]);
    expect(refused.error).toMatch(/LOCK_ROLLED_BACK: .*\n.*ada2\.key\.seen/);
  }
  shown.mockRestore();
  number.mockRestore();
  expect((await lock(['sign', '--lock-key', file('ada2.key'), '--yes'])).out).toBe('Nothing waits for a signature.');
});

test('a key that others can read is refused, and so is a file that is none', async () => {
  await chmod(file('ada2.key'), 0o644);
  expect((await lock(['off', '--lock-key', file('ada2.key'), '--yes'])).error).toMatch(/LOCK_KEY_EXPOSED/);
  await chmod(file('ada2.key'), 0o600);
  expect((await lock(['off', '--lock-key', file('nobody.key'), '--yes'])).error).toMatch(/USAGE: .* can not be used/);
});

test('a recovery secret releases it, and the lock can be set up again', async () => {
  expect((await lock(['release'], { input: `cwr1_${'A'.repeat(43)}\n` })).error).toMatch(/LOCK_RECOVERY_REFUSED/);
  expect((await lock(['release'], { input: `${recovery[1]}\n` })).out).toBe('The lock is released.');
  expect((await lock(['sign', '--lock-key', file('ada2.key'), '--yes'])).error).toMatch(/LOCK_OFF/);
  const again = await lock(['init', '--new-key', file('new.key'), '--name', 'ada', '--yes']);
  expect(again).toMatchObject({ code: 0, error: '' });
  expect((await lock(['off', '--lock-key', file('new.key'), '--yes'])).out).toMatch(/switched off/);
  expect((await relay.must('GET', `${at}/lock`)).state).toBe('off');
});
