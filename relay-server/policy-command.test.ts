/**
 * The policy of one server as a file, applied to another: by the command, against two real servers.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from './command.ts';
import { type LoopbackServer, startLoopbackServer } from './loopback-server.fixture.ts';

let directory: string;
let first: LoopbackServer;
let second: LoopbackServer;
const at = '/subscriptions/contoso';

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'causeway-relay-test-'));
  [first, second] = [await startLoopbackServer(), await startLoopbackServer()];
  for (const server of [first, second]) await server.must('POST', '/subscriptions', { name: 'contoso' });
  for (const [name, interconnected] of [
    ['Büro "West": 1', true],
    ['SQL servers', false],
    ['0x10', false],
  ] as const) {
    await first.must('POST', `${at}/groups`, { name, description: `about ${name}\nsecond line`, interconnected });
  }
  for (const name of ['Web', 'yes']) await first.must('POST', `${at}/roles`, { name });
  const connect = (a: object, b: object) => first.must('POST', `${at}/connections`, { a, b });
  await connect({ kind: 'role', name: 'Web' }, { kind: 'group', name: 'SQL servers' });
  await connect({ kind: 'group', name: 'SQL servers' }, { kind: 'group', name: 'Büro "West": 1' });
  await connect({ kind: 'group', name: '0x10' }, { kind: 'role', name: 'yes' });
});
afterAll(async () => {
  await first[Symbol.asyncDispose]();
  await second[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

async function policy(
  on: LoopbackServer,
  args: readonly string[],
  more: { input?: string; ask?: (question: string) => Promise<boolean>; pin?: string } = {},
): Promise<{ code: number; out: string[]; error: string[] }> {
  const [out, error]: [string[], string[]] = [[], []];
  const where = ['--server', on.server.url, '--pin', more.pin ?? on.server.pin, '--subscription', 'contoso'];
  const code = await run(['policy', ...args, ...where], {
    out: (line) => out.push(...line.split('\n')),
    error: (line) => error.push(line),
    programDirectory: '.',
    logTo: 2,
    started: () => {},
    stop: new AbortController().signal,
    environment: { CAUSEWAY_API_KEY: on.apiKey },
    input: async () => more.input ?? '',
    ...(more.ask && { ask: more.ask }),
  });
  return { code, out, error };
}
const file = (name: string) => join(directory, name);

test('a policy that is exported, applied to an empty subscription and exported again is the same bytes', async () => {
  expect(await policy(first, ['export', file('first.yaml')])).toEqual({ code: 0, out: [], error: [] });
  const bytes = await readFile(file('first.yaml'));
  const applied = await policy(second, ['apply', file('first.yaml')]);
  expect(applied).toMatchObject({ code: 0, error: [] });
  expect(applied.out).toContain('Connects the role Web to the group SQL servers.');
  expect(applied.out.at(-1)).toBe('Done.');
  await policy(second, ['export', file('second.yaml')]);
  expect(await readFile(file('second.yaml'))).toEqual(bytes);
  // And once more, by standard output and input.
  const { out } = await policy(second, ['export']);
  expect(`${out.join('\n')}\n`).toBe(bytes.toString());
  const again = await policy(first, ['apply'], { input: bytes.toString() });
  expect(again).toEqual({ code: 0, out: ['The policy is that of the file.'], error: [] });
});

test('diff shows exactly the change, in words or as JSON, and says by its exit code whether there is one', async () => {
  expect(await policy(second, ['diff', file('first.yaml')])).toMatchObject({ code: 0, error: [] });
  const { policyVersion } = await second.must('GET', at);
  const text = await readFile(file('first.yaml'), 'utf8');
  const changed = text.replace('- [ role Web, group SQL servers ]', '- [ role Web, group 0x10 ]');
  expect(changed).not.toBe(text);
  await writeFile(file('changed.yaml'), changed);
  expect(await policy(second, ['diff', file('changed.yaml')])).toEqual({
    code: 1,
    out: [
      'Disconnects the role Web from the group SQL servers.',
      'Connects the role Web to the group 0x10.',
      '',
      'Nobody gains or loses access.',
    ],
    error: [],
  });
  const { out } = await policy(second, ['diff', file('changed.yaml'), '--json']);
  expect(JSON.parse(out.join('\n')).changes.map((change: { do: string }) => change.do)).toEqual([
    'disconnect',
    'connect',
  ]);
  expect((await second.must('GET', at)).policyVersion).toBe(policyVersion);
});

test('apply asks a person, and removes nothing unless somebody agrees', async () => {
  const before = (await policy(second, ['export'])).out;
  const refused = await policy(second, ['apply', file('changed.yaml')]);
  expect(refused.code).toBe(2);
  expect(refused.error.join()).toContain('add --yes');
  const questions: string[] = [];
  const answer = (yes: boolean) => async (question: string) => {
    questions.push(question);
    return yes;
  };
  const declined = await policy(second, ['apply', file('changed.yaml')], { ask: answer(false) });
  expect([declined.code, declined.out.at(-1)]).toEqual([1, 'Nothing was changed.']);
  expect((await policy(second, ['export'])).out).toEqual(before);
  expect((await policy(second, ['apply', file('changed.yaml')], { ask: answer(true) })).code).toBe(0);
  expect(questions).toHaveLength(2);
  expect((await policy(second, ['apply', file('first.yaml'), '--yes'], { ask: answer(false) })).code).toBe(0);
  expect((await policy(second, ['export'])).out).toEqual(before);
});

test('what is wrong is said, with the line; diff ends with 2 then', async () => {
  const trouble = async (text: string) => {
    const { code, error, out } = await policy(second, ['diff'], { input: text });
    expect([code, out]).toEqual([2, []]);
    return error.join();
  };
  expect(await trouble('')).toContain('error POLICY_FILE_MALFORMED: The policy file is not one: it is empty.');
  expect(await trouble('groups:\n  - name: a\n  - name: A\n')).toContain(
    'line 3: groups.1.name: there is another group called A',
  );
  expect(await trouble('groups:\n  - name: a\n    interconected: true\n')).toContain('line 2: ');
  expect(await trouble('roles: [{name: a}]\nconnections:\n  - [role a, group b]\n')).toContain(
    'line 3: connections.0.1: the group b is not among the groups of the file',
  );
  expect(await trouble('a: &x [1]\nb: *x\n')).toContain('must not use aliases');
  expect(await trouble('groups: [\n')).toMatch(/line [12]: /);
  const wrongPin = await policy(second, ['diff', file('first.yaml')], { pin: first.server.pin });
  expect([wrongPin.code, wrongPin.error.join()]).toEqual([2, expect.stringContaining('SERVER_PIN_MISMATCH')]);
  const missing = await policy(second, ['diff', file('none.yaml')]);
  expect([missing.code, missing.error.join()]).toEqual([2, expect.stringContaining('error USAGE')]);
});
