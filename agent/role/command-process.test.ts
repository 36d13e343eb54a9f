/** The whole of signals and exit codes, with real programs; without an agent, which these parts do not know. */
import { describe, expect, test } from 'vitest';
import { startCommand, withoutSecrets } from './command-process.ts';
import { instanceName } from './run-role.ts';
import { exitCodeOf, Stopped, StopSignals } from './stop-signals.ts';

const sh = (script: string, more: Record<string, string> = {}) => startCommand(['sh', '-c', script], process.env, more);

/** What a process has of signals, with handles to send them. */
function fakeProcess(isTTY = false) {
  const listeners = new Map<string, () => void>();
  const fake = {
    stdin: { isTTY },
    on: (signal: string, listener: () => void) => listeners.set(signal, listener),
    removeListener: (signal: string) => listeners.delete(signal),
  };
  return { fake: fake as unknown as NodeJS.Process, send: (signal: string) => listeners.get(signal)?.(), listeners };
}

describe('the command', () => {
  test('gives its exit code, and what it has of the environment is added to', async () => {
    expect(await (await sh('exit "$CODE"', { CODE: '41' })).ended).toEqual({ code: 41, signal: null });
  });

  test('gets signals, and may answer them', async () => {
    const running = await sh('trap "exit 7" TERM; while :; do sleep 0.05; done');
    await new Promise((resolve) => setTimeout(resolve, 200));
    running.kill('SIGTERM');
    expect(await running.ended).toEqual({ code: 7, signal: null });
    const killed = await sh('exec sleep 60');
    killed.kill('SIGTERM');
    expect(await killed.ended).toEqual({ code: null, signal: 'SIGTERM' });
    expect(exitCodeOf('SIGTERM')).toBe(143);
  });

  test.each([
    [['/nowhere/program'], 'there is no such program'],
    [['/etc/passwd'], 'this user may not run it'],
  ])('%j is refused in words', async (command, cause) => {
    await expect(startCommand(command, process.env, {})).rejects.toMatchObject({
      code: 'ROLE_COMMAND_UNUSABLE',
      details: { cause },
    });
  });

  test.skipIf(process.getuid?.() !== 0)('runs as another user, without the groups of this one', async () => {
    const as = { uid: 65_534, gid: 65_534, environment: { HOME: '/nonexistent' } };
    const script = 'test "$(id -u) $(id -g) $(id -G) $HOME" = "65534 65534 65534 /nonexistent"';
    const running = await startCommand(['sh', '-c', script], process.env, {}, as);
    expect(await running.ended).toEqual({ code: 0, signal: null });
  });

  test('is not given the secrets', () => {
    const environment = { CAUSEWAY_ACTIVATION_TOKEN: 'a', CAUSEWAY_DOMAIN_PASSWORD: 'b', CAUSEWAY_ROLE: 'web', X: 'c' };
    expect(withoutSecrets(environment)).toEqual({ CAUSEWAY_ROLE: 'web', X: 'c' });
  });
});

describe('signals', () => {
  test('end the start, and are the command’s once it runs', () => {
    const { fake, send, listeners } = fakeProcess();
    const signals = new StopSignals(fake);
    send('SIGUSR1');
    expect(signals.signal.aborted).toBe(false);
    send('SIGTERM');
    expect(signals.signal.reason).toEqual(new Stopped('SIGTERM'));
    const got: string[] = [];
    signals.passTo({ kill: (signal) => void got.push(signal) });
    for (const signal of ['SIGINT', 'SIGHUP', 'SIGUSR2']) send(signal);
    expect(got).toEqual(['SIGINT', 'SIGHUP', 'SIGUSR2']);
    signals[Symbol.dispose]();
    expect(listeners.size).toBe(0);
  });

  test('that a terminal gives to both are not given twice', () => {
    const { fake, send } = fakeProcess(true);
    const got: string[] = [];
    new StopSignals(fake).passTo({ kill: (signal) => void got.push(signal) });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGQUIT']) send(signal);
    expect(got).toEqual(['SIGTERM']);
  });
});

test.each([
  ['Web', '3', 'web-3'],
  [undefined, '3', 'box-3'],
  ['Web', 'WebRole1_IN_0', 'webrole1-in-0'],
  ['Web', undefined, 'box'],
])('an instance of %s with the id %s is called %s', (role, instance, name) => {
  expect(instanceName(role, instance, 'Box.example')).toBe(name);
});
