import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeActivation } from '#agent/state/activation.fixture.ts';
import { type AgentStatus, agentStatus } from '#protocol/status.ts';

const MAIN = new URL('../main.ts', import.meta.url).pathname;
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
/** Without a mount namespace of its own a test would hide /dev/net from everybody. */
const canHide = isRoot && spawnSync('unshare', ['-m', 'true']).status === 0;

let directory: string;
let socket: string;
let state: string;
let children: ChildProcess[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'causeway-daemon-'));
  socket = join(directory, 'run', 'agent.sock');
  state = join(directory, 'state');
  children = [];
});
afterEach(async () => {
  await Promise.all(
    children.map(async (child) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    }),
  );
  await rm(directory, { recursive: true });
});

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

function run(command: string, args: readonly string[], options: { uid?: number } = {}): Running {
  const child = spawn(command, args, { ...options, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  const exit = new Promise<Pick<Ended, 'code' | 'signal'>>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const ended = Promise.all([exit, text(child.stdout), text(child.stderr)]).then(([how, stdout, stderr]) => ({
    ...how,
    stdout,
    stderr,
  }));
  return { child, ended };
}

const AGENT = () => [MAIN, '--socket', socket, 'agent', '--state', state, '--adapter', 'cwtest0'];
const agent = (options: { uid?: number } = {}) => run(process.execPath, AGENT(), options);
const causeway = (...words: string[]) => run(process.execPath, [MAIN, '--socket', socket, ...words]).ended;

async function ready(running: Running): Promise<void> {
  let over = false;
  void running.ended.then(() => {
    over = true;
  });
  while (!over) {
    if (existsSync(socket) && (await causeway('status')).code === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error((await running.ended).stderr);
}

async function status(): Promise<AgentStatus> {
  return agentStatus.parse(JSON.parse((await causeway('status', '--json')).stdout));
}

describe('the daemon', () => {
  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('ends well on %s and takes its socket along', async (signal) => {
    const running = agent();
    await ready(running);
    const shown = await causeway('status');
    expect(shown.stdout).toMatch(/^Not activated\. Run `causeway up --token TOKEN`\.$/m);
    running.child.kill(signal);
    expect(await running.ended).toMatchObject({ code: 0, signal: null });
    expect(existsSync(socket)).toBe(false);
    expect(await causeway('status')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^error AGENT_NOT_RUNNING: .*\n→ Start it: .*`causeway agent` as root\.\n$/),
    });
  });

  test('a second one is refused and harms nothing', async () => {
    const running = agent();
    await ready(running);
    expect(await agent().ended).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^error AGENT_ALREADY_RUNNING/),
    });
    expect((await causeway('status')).code).toBe(0);
  });

  test('a damaged identity is named and left as it is', async () => {
    await mkdir(state, { mode: 0o700 });
    await writeFile(join(state, 'identity.json'), '{"version":1', { mode: 0o600 });
    const { code, stderr } = await agent().ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error IDENTITY_CORRUPT: The identity file .* is damaged.*\n→ Restore it from a backup/);
    expect(await readFile(join(state, 'identity.json'), 'utf8')).toBe('{"version":1');
    expect(existsSync(socket)).toBe(false);
  });

  test('a token is checked before anybody is asked', async () => {
    const running = agent();
    await ready(running);
    expect(await causeway('up', '--token', 'cwt1_nonsense')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^error TOKEN_MISTYPED: .*\n→ Copy the whole token again/),
    });
    expect(await causeway('peers')).toMatchObject({ code: 1, stderr: expect.stringMatching(/^error NOT_ACTIVATED/) });
  });

  test.skipIf(!isRoot)('a state directory that can not be written to', async () => {
    await mkdir(state, { mode: 0o700 });
    const { code, stderr } = await run('setpriv', [`--reuid=${NOBODY}`, process.execPath, ...AGENT()]).ended.catch(
      () => ({ code: null, stderr: 'setpriv is not installed' }),
    );
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringMatching(/^error DIRECTORY_READ_ONLY/) });
  });

  test.skipIf(!isRoot)('without the right to make an adapter the status says so, and the agent stays', async () => {
    await writeActivation(state, 'up');
    await chmod(directory, 0o755);
    await mkdir(join(directory, 'run'));
    for (const path of [state, join(state, 'activation.json'), join(directory, 'run')])
      await chown(path, NOBODY, NOBODY);
    const running = agent({ uid: NOBODY });
    await ready(running);
    const { parts, summary, machine } = await status();
    expect(parts.adapter).toMatchObject({ state: 'failed', error: { code: 'PRIVILEGE_MISSING' } });
    expect({ summary, name: machine?.name }).toEqual({ summary: 'degraded', name: 'sql01' });
    const shown = (await causeway('status')).stdout;
    expect(shown).toMatch(/Adapter +failed/);
    expect(shown).toContain('→ Do it as root (`sudo`), or give the agent CAP_NET_ADMIN.');
    running.child.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ code: 0 });
  });

  test.skipIf(!canHide)('without /dev/net/tun the status says so, and the agent stays', async () => {
    await writeActivation(state, 'up');
    const hidden = join(directory, 'empty');
    await mkdir(hidden);
    const script = 'mount --bind "$0" /dev/net && exec "$@"';
    const running = run('unshare', ['-m', 'sh', '-c', script, hidden, process.execPath, ...AGENT()]);
    await ready(running);
    const { parts } = await status();
    expect(parts.adapter).toMatchObject({ state: 'failed', error: { code: 'TUN_MISSING' } });
    expect(parts.control).toMatchObject({ state: 'failed', error: { code: 'SERVER_UNREACHABLE' } });
    expect(parts.activation).toMatchObject({ state: 'ok', provenAt: null });
    running.child.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ code: 0 });
  });
});
