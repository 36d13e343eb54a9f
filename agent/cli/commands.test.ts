import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CausewayError } from '#protocol/errors.ts';
import { machineId } from '#protocol/ids.ts';
import { supportBundle } from '#protocol/local-api.ts';
import { label } from '#protocol/names.ts';
import { type AgentStatus, agentStatus, type Part } from '#protocol/status.ts';
import type { LocalHandlers } from '../local-api/conversation.ts';
import type { LocalServer } from '../local-api/listen.ts';
import { serveLocalApi } from '../local-api/server.ts';
import { socketIn } from '../local-api/socket-in.fixture.ts';
import { causewayCommand } from './commands.ts';
import { PLAIN } from './output.ts';

const AT = 1_800_000_000_000;
const OK: Part = { state: 'ok', provenAt: AT, error: null, detail: '' };
const STATUS: AgentStatus = {
  version: '0',
  at: AT,
  wanted: 'up',
  summary: 'connected',
  machine: null,
  policyVersion: 4,
  policyRefreshedAt: AT,
  clockOffsetMs: 0,
  parts: { activation: OK, control: OK, relay: OK, adapter: OK, names: OK },
  relayRoundTripMs: 1,
  peers: [],
};
const PEER = {
  id: machineId.parse('1'.repeat(32)),
  name: label.parse('sql01'),
  ipv4: '100.64.1.2',
  ipv6: 'fd00::2',
  memberOf: 'office',
  online: true,
  session: null,
};

const CHECKS = [
  { name: 'control', ok: true, detail: 'Works.', remedy: null },
  { name: 'relay', ok: false, detail: 'Does not.', remedy: 'Wait.' },
];
const BUNDLE = {
  format: 'causeway-support-bundle/1' as const,
  madeAt: '2027-01-15T08:00:00.000Z',
  versions: { agent: '0', node: '', openssl: '', os: '', kernel: '' },
  process: { uptimeSeconds: 1, residentBytes: 1 },
  computer: { addresses: [], routes: [], resolver: [] },
  log: [],
};

let directory: string;
let server: LocalServer;
let status: AgentStatus;
let asked: unknown[];
let printed: string[];

function handlers(): LocalHandlers {
  const seen = <Params, Result>(result: (params: Params) => Result | Promise<Result>) => {
    return async (params: Params) => {
      asked.push(params);
      return result(params);
    };
  };
  const refuse = () => Promise.reject(new CausewayError('SERVER_UNREACHABLE', { server: 'https://x', cause: 'no' }));
  return {
    status: async () => status,
    watch: async (_, { progress }) => {
      const relay: Part = {
        ...OK,
        state: 'failed',
        error: new CausewayError('SERVER_UNREACHABLE', { server: 'https://x', cause: 'no' }).toWire(),
      };
      const broken: AgentStatus = { ...STATUS, summary: 'degraded', parts: { ...STATUS.parts, relay } };
      for (const one of [STATUS, { ...STATUS, at: AT + 1_000 }, broken, broken, STATUS]) progress(one);
      return {};
    },
    up: seen(() => status),
    down: seen(({ forget, offline }) => (forget && !offline ? refuse() : status)),
    refresh: seen(() => status),
    peers: async () => ({ peers: [PEER] }),
    ping: seen(({ target }) => ({ name: target, address: 'fd00::2', roundTripMs: 1.234 })),
    resolve: seen(({ target }) => ({
      name: target,
      fullName: `${target}.contoso.causeway.internal`,
      ipv4: '100.64.1.2',
      ipv6: 'fd00::2',
      grantExpiresAt: AT,
    })),
    diagnose: async (_, { progress }) => {
      for (const check of CHECKS) progress(check);
      return { checks: [...CHECKS] };
    },
    bundle: async (_, { progress }) => {
      for (const check of CHECKS) progress(check);
      return { ...BUNDLE, status, checks: [...CHECKS] };
    },
  };
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'causeway-commands-'));
  [status, asked, printed] = [STATUS, [], []];
  server = await serveLocalApi(socketIn(directory), handlers());
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
  process.exitCode = undefined;
  vi.unstubAllEnvs();
});

async function causeway(...words: string[]): Promise<string[]> {
  const command = causewayCommand({ style: PLAIN, print: (line) => printed.push(line) });
  for (const one of [command, ...command.commands]) one.configureOutput({ writeOut: (text) => printed.push(text) });
  await command.parseAsync(['--socket', server.path, ...words], { from: 'user' });
  return printed;
}

describe('up', () => {
  test('prints the status, and succeeds only when connected', async () => {
    expect((await causeway('up', '--token', 'T', '--name', 'n', '--timeout', '1.5'))[0]).toBe('Connected.');
    expect(asked).toEqual([{ token: 'T', name: 'n', timeoutMs: 1_500 }]);
    expect(process.exitCode).toBeUndefined();
    status = { ...STATUS, summary: 'degraded' };
    await causeway('up', '--json');
    expect(JSON.parse(printed.at(-1) ?? '')).toMatchObject({ summary: 'degraded' });
    expect(process.exitCode).toBe(1);
  });

  test('takes the token of the environment while there is need of it', async () => {
    vi.stubEnv('CAUSEWAY_ACTIVATION_TOKEN', 'E');
    await causeway('up');
    status = { ...STATUS, machine: { ...PEER, fullName: '', subscription: '', memberOf: null } };
    await causeway('up');
    await causeway('up', '--token', 'T');
    expect(asked).toMatchObject([{ token: 'E' }, { timeoutMs: 20_000 }, { token: 'T' }]);
    expect(asked[1]).not.toHaveProperty('token');
  });

  test.each([
    [['up', '--name', 'x'], 'USAGE'],
    [['down', '--offline'], 'USAGE'],
  ])('%j is refused', async (words, code) => {
    await expect(causeway(...words)).rejects.toMatchObject({ code });
    expect(asked).toEqual([]);
  });
});

test.each([
  [['ping', 'x', '--count', '2.5'], /whole number/],
  [['ping', 'x', '--timeout', '0'], /from 1 to 60/],
  [['up', '--timeout', 'soon'], /from 1 to 60/],
  [['agent', '--log-level', 'loud'], /error, warn, info, debug/],
  [['ping'], /missing required argument 'name'/],
  [['pnig'], /unknown command 'pnig'.*Did you mean ping/s],
  [['status', '--jsn'], /unknown option '--jsn'/],
])('%j is wrong usage', async (words, sentence) => {
  await expect(causeway(...words)).rejects.toMatchObject({
    code: expect.stringMatching(/^commander\./),
    message: expect.stringMatching(sentence),
  });
});

test('down says what was done; leaving without a server says what could be', async () => {
  expect(await causeway('down')).toEqual(['Disconnected.']);
  await expect(causeway('down', '--forget')).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' });
  expect(printed.at(-1)).toContain('add --offline');
  await causeway('down', '--forget', '--offline');
  expect(printed.at(-1)).toContain('Ask an administrator to remove this computer');
  expect(asked.at(-1)).toEqual({ forget: true, offline: true });
});

test('status --watch prints a line for every change of the state, until the agent goes away', async () => {
  await expect(causeway('status', '--watch')).rejects.toMatchObject({ code: 'AGENT_NOT_RUNNING' });
  expect(printed.map((line) => line.replace(/^\d\d:\d\d:\d\d {2}/, ''))).toEqual([
    'Connected.',
    'Relay failed: The relay server at https://x can not be reached: no. [SERVER_UNREACHABLE]',
    'Connected.',
  ]);
  printed = [];
  await expect(causeway('status', '--watch', '--json')).rejects.toMatchObject({ code: 'AGENT_NOT_RUNNING' });
  expect(printed.map((line) => agentStatus.parse(JSON.parse(line)).summary)).toHaveLength(5);
});

test('status --connected fails unless connected', async () => {
  await causeway('status', '--connected');
  expect(process.exitCode).toBeUndefined();
  status = { ...STATUS, summary: 'degraded' };
  await causeway('status');
  expect(process.exitCode).toBeUndefined();
  await causeway('status', '--connected');
  expect(process.exitCode).toBe(1);
});

test('refresh, peers, ping and resolve print what the agent answered', async () => {
  await causeway('refresh');
  await causeway('peers');
  await causeway('ping', 'sql01', '--count', '2');
  await causeway('resolve', 'sql01');
  expect(printed).toEqual([
    'Policy version 4 was read from the control plane just now.',
    'sql01  online   100.64.1.2  fd00::2  office  idle',
    'sql01 (fd00::2) answered in 1.23 ms',
    'sql01 (fd00::2) answered in 1.23 ms',
    'sql01.contoso.causeway.internal',
    '  IPv4     100.64.1.2',
    '  IPv6     fd00::2',
    '  granted  until 2027-01-15T08:00:00.000Z, and renewed before that while in use',
  ]);
  await causeway('peers', '--json');
  expect(JSON.parse(printed.at(-1) ?? '')).toEqual([PEER]);
});

test('diagnose prints each check as it comes, and fails with one that failed', async () => {
  expect(await causeway('diagnose')).toHaveLength(3);
  expect(process.exitCode).toBe(1);
  await causeway('diagnose', '--json');
  expect(JSON.parse(printed.at(-1) ?? '')).toHaveLength(2);
});

test('diagnose --save also writes a bundle that only its owner can read', async () => {
  const file = join(directory, 'bundle.json');
  expect(await causeway('diagnose', '--save', file)).toEqual([
    'ok      control         Works.',
    'FAILED  relay           Does not.',
    '                        → Wait.',
    '',
    `Saved to ${file}. It holds no keys and no tokens; it does name this computer, its addresses and its peers.`,
  ]);
  expect(process.exitCode).toBe(1);
  expect(supportBundle.parse(JSON.parse(await readFile(file, 'utf8')))).toMatchObject({ checks: CHECKS });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  await causeway('diagnose', '--save', file, '--json');
  expect(JSON.parse(printed.at(-1) ?? '')).toEqual(CHECKS);
  await expect(causeway('diagnose', '--save', join(file, 'x'))).rejects.toMatchObject({ code: 'DIRECTORY_READ_ONLY' });
});

test('help names every command and how to begin', async () => {
  await expect(causeway('--help')).rejects.toMatchObject({ exitCode: 0 });
  const text = printed.join('');
  for (const name of ['agent', 'role', 'up', 'down', 'status', 'refresh', 'peers', 'ping', 'resolve', 'diagnose']) {
    expect(text).toMatch(new RegExp(`^ +${name} `, 'm'));
  }
  expect(text).toContain('causeway up --token TOKEN');
});
