/**
 * The local API between real users of the operating system: an agent run by root, in a mount namespace of
 * its own with a /etc/group of its own, and commands run by somebody else.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeActivation } from '#agent/state/activation.fixture.ts';
import { agentStatus } from '#protocol/status.ts';

const MAIN = new URL('../main.ts', import.meta.url).pathname;
const GROUP = 4711;
const NOBODY = { uid: 65_534, name: 'nobody' };
const missing = reasonToSkip();

let directory: string;
/** Holds the namespace in which everything else runs. */
let holder: ChildProcess;
let agent: ChildProcess | undefined;
let log: Promise<string>;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'causeway-users-'));
  await chmod(directory, 0o755);
  const group = join(directory, 'group');
  await writeFile(group, '');
  const script = 'mount -t tmpfs -o mode=755 tmpfs /run && mount --bind "$0" /etc/group && echo && exec sleep infinity';
  holder = spawn('unshare', ['-m', 'sh', '-c', script, group], { cwd: '/', stdio: ['ignore', 'pipe', 'inherit'] });
  await once(holder.stdout as Readable, 'data');
});
afterEach(async () => {
  await ended(agent, 'SIGKILL');
  await ended(holder, 'SIGKILL');
  await rm(directory, { recursive: true });
});

async function ended(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'exit');
}

/** @param groups lines of /etc/group as the agent and all commands see it */
async function startAgent(groups: string): Promise<void> {
  await writeFile(join(directory, 'group'), groups);
  const state = join(directory, 'state');
  const started = spawnInside([process.execPath, MAIN, 'agent', '--state', state, '--adapter', 'cwtest1']);
  agent = started;
  const ready = Promise.withResolvers<void>();
  let written = '';
  started.stderr.on('data', (chunk) => {
    written += String(chunk);
    if (written.includes('agent is ready')) ready.resolve();
  });
  log = text(started.stderr);
  void log.then(() => ready.reject(new Error(`the agent ended: ${written}`)));
  await ready.promise;
}

function spawnInside(command: readonly string[]) {
  return spawn('nsenter', ['-t', String(holder.pid), '-m', '--', ...command], {
    cwd: '/',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function inside(...command: string[]): Promise<Ended> {
  const started = spawnInside(command);
  const [exit, stdout, stderr] = await Promise.all([once(started, 'exit'), text(started.stdout), text(started.stderr)]);
  return { code: exit[0] as number | null, stdout, stderr };
}

const causeway = (...words: string[]) => inside(process.execPath, MAIN, ...words);
const as = (groups: string, ...command: string[]) =>
  inside('setpriv', `--reuid=${NOBODY.uid}`, `--regid=${NOBODY.uid}`, groups, ...command);
const member = (...words: string[]) => as(`--groups=${GROUP}`, process.execPath, MAIN, ...words);
const stranger = (...words: string[]) => as('--clear-groups', process.execPath, MAIN, ...words);

describe.skipIf(missing !== undefined)(
  `users of one computer${missing ? ` (skipped: ${missing})` : ''}`,
  { timeout: 120_000 },
  () => {
    test('a member of the group looks, connects and disconnects, and can not take the computer away', async () => {
      await writeActivation(join(directory, 'state'), 'down');
      await startAgent(`root:x:0:\ncauseway:x:${GROUP}:\n`);
      const modes = await inside(
        'stat',
        '-c',
        '%n %a %u %g',
        '/run/causeway',
        '/run/causeway/agent.sock',
        '/run/causeway/users.sock',
      );
      expect(modes.stdout).toBe(
        `/run/causeway 750 0 ${GROUP}\n/run/causeway/agent.sock 600 0 0\n/run/causeway/users.sock 660 0 ${GROUP}\n`,
      );
      const shown = await member('status', '--json');
      expect(agentStatus.parse(JSON.parse(shown.stdout)).machine?.name).toBe('sql01');
      expect(await member('down')).toMatchObject({ code: 0, stdout: 'Disconnected.\n' });
      for (const words of [
        ['down', '--forget'],
        ['down', '--forget', '--offline'],
        ['up', '--token', 'cwt1_x'],
      ]) {
        expect(await member(...words)).toMatchObject({
          code: 1,
          stderr: expect.stringMatching(
            /^error PRIVILEGE_MISSING: This user may not (take|activate) this computer .*\n→ Do it as root \(`sudo`\), or ask whoever administers this computer\.\n$/,
          ),
        });
      }
      expect(JSON.parse((await causeway('status', '--json')).stdout)).toMatchObject({ machine: { name: 'sql01' } });
      // Neither the owner's socket nor the directory is to be changed.
      for (const words of [
        ['rm', '-f', '/run/causeway/users.sock'],
        ['touch', '/run/causeway/x'],
      ]) {
        expect((await as(`--groups=${GROUP}`, ...words)).code).not.toBe(0);
      }
      expect(await member('--socket', '/run/causeway/agent.sock', 'status')).toMatchObject({
        stderr: expect.stringMatching(/^error PRIVILEGE_MISSING/),
      });
      expect(await causeway('down', '--forget', '--offline')).toMatchObject({ code: 0 });
      // Now it is nobody's: the token is looked at.
      expect((await member('up', '--token', 'cwt1_x')).stderr).toMatch(/^error TOKEN_MISTYPED/);
    });

    test('somebody else is told which line to run', async () => {
      await startAgent(`causeway:x:${GROUP}:\n`);
      const refused = `error PRIVILEGE_MISSING: This user may not talk to the agent.\n→ Do it as root (\`sudo\`), or join the group that may, with \`sudo usermod -aG causeway ${NOBODY.name}\`, and sign in again.\n`;
      expect(await stranger('status')).toEqual({ code: 1, stdout: '', stderr: refused });
      await writeFile(join(directory, 'group'), `causeway:x:${GROUP}:${NOBODY.name}\n`);
      expect((await stranger('status')).stderr).toContain('or sign out and in again');
    });

    test('without the group nobody but the owner is let in, and the log says how to change that', async () => {
      await startAgent('root:x:0:\n');
      expect((await inside('ls', '/run/causeway')).stdout).toBe('agent.sock\n');
      expect((await inside('stat', '-c', '%a %g', '/run/causeway')).stdout).toBe('700 0\n');
      expect((await stranger('status')).stderr).toContain('sudo groupadd --system causeway');
      expect((await causeway('status')).code).toBe(0);
      await ended(agent, 'SIGTERM');
      expect(await log).toContain('groupadd --system causeway');
    });

    test('after a kill the sockets are made anew, and after an orderly end they are gone', async () => {
      await startAgent(`causeway:x:${GROUP}:\n`);
      await ended(agent, 'SIGKILL');
      expect((await inside('ls', '/run/causeway')).stdout).toBe('agent.sock\nusers.sock\n');
      expect(await member('status')).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^error AGENT_NOT_RUNNING/),
      });
      await startAgent(`causeway:x:${GROUP}:\n`);
      expect((await member('status')).code).toBe(0);
      expect((await stranger('status')).code).toBe(1);
      await ended(agent, 'SIGTERM');
      expect((await inside('ls', '/run/causeway')).stdout).toBe('');
      expect((await inside('stat', '-c', '%a', '/run/causeway')).stdout).toBe('700\n');
    });
  },
);

function reasonToSkip(): string | undefined {
  if (process.getuid?.() !== 0) return 'needs root, to be two users';
  if (spawnSync('unshare', ['-m', 'true']).status !== 0) return 'needs a mount namespace of its own';
  return spawnSync('setpriv', ['--version']).status === 0 ? undefined : 'setpriv is not installed';
}
