import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { closedScript, linuxScript } from './linux-script.ts';

const ARCHIVE = {
  os: 'linux',
  architecture: 'x64',
  kind: 'archive',
  file: 'causeway-agent-linux-x64.tar.gz',
  bytes: 1,
  sha256: 'ab'.repeat(32),
} as const;
const script = (archives: (typeof ARCHIVE)[] = [ARCHIVE]) =>
  linuxScript({ server: 'https://relay.example', curlPin: 'sha256//AAAA=', subscription: 'contoso', archives });
const SCRIPTS = [script(), script([]), closedScript("It's closed.", 'Ask.')];
const missing = spawnSync('shellcheck', ['--version']).error === undefined ? undefined : 'shellcheck is not installed';

test('is what a POSIX shell reads', () => {
  for (const text of SCRIPTS) expect(spawnSync('sh', ['-n'], { input: text }).stderr.toString()).toBe('');
});

test.skipIf(missing !== undefined)(`is what shellcheck finds nothing in${missing ? ` (${missing})` : ''}`, () => {
  for (const text of SCRIPTS) {
    const { stdout } = spawnSync('shellcheck', ['--shell=sh', '-'], { input: text });
    expect(stdout.toString()).toBe('');
  }
});

test('does nothing when it was cut off on its way', () => {
  const lines = script().trimEnd().split('\n');
  const { status, stdout, stderr } = spawnSync('sh', ['-s', '--', 'cwt1_x'], { input: lines.slice(0, -1).join('\n') });
  expect({ status, stdout: stdout.toString(), stderr: stderr.toString() }).toEqual({
    status: 0,
    stdout: '',
    stderr: '',
  });
});

test('refuses what is no token before it does anything', () => {
  for (const words of [[], ['{token}'], ['cwt1_x', '--nome', 'pc'], ['cwt1_x', 'y']]) {
    const { status, stderr } = spawnSync('sh', ['-s', '--', ...words], { input: script() });
    expect(status).toBe(1);
    expect(stderr.toString()).toMatch(/^error: .*\n$/);
  }
});

test('of a closed link says so and fails', () => {
  const { status, stdout, stderr } = spawnSync('sh', { input: closedScript("It's closed.", 'Ask.') });
  expect({ status, stdout: stdout.toString(), stderr: stderr.toString() }).toEqual({
    status: 1,
    stdout: '',
    stderr: "It's closed.\nAsk.\n",
  });
});
