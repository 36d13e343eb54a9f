/**
 * What is put on a Mac, as far as another system can tell: the list for launchd is one, and the scripts put files
 * where it looks for them, with stand-ins for the four programs that only macOS has.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const HERE = import.meta.dirname;
const LIST = join(HERE, 'org.causeway.agent.plist');
const SCRIPTS = ['install.sh', 'uninstall.sh', 'image-install.sh', 'causeway'];

const noPython = spawnSync('python3', ['--version']).status !== 0;
const noShellcheck = spawnSync('shellcheck', ['--version']).status !== 0;

test.skipIf(noPython)(`the list for launchd is a property list, and says what is to run (needs python3)`, () => {
  const program = 'import json, plistlib, sys; print(json.dumps(plistlib.load(open(sys.argv[1], "rb"))))';
  expect(JSON.parse(execFileSync('python3', ['-c', program, LIST], { encoding: 'utf8' }))).toEqual({
    Label: 'org.causeway.agent',
    ProgramArguments: ['/Library/Causeway/agent/bin/node', '/Library/Causeway/agent/lib/causeway.js', 'agent'],
    RunAtLoad: true,
    KeepAlive: true,
    ExitTimeOut: 30,
    ProcessType: 'Interactive',
    Umask: 0o077,
    StandardErrorPath: '/var/log/causeway.log',
  });
});

test.skipIf(noShellcheck).each(SCRIPTS)('%s holds before shellcheck', (script) => {
  expect(spawnSync('shellcheck', [join(HERE, script)], { encoding: 'utf8' }).stdout).toBe('');
});

describe('the scripts', () => {
  let directory: string;
  const at = (...names: string[]) => join(directory, ...names);
  const disk = (...names: string[]) => at('disk', ...names);
  const agent = () => at('volume/Causeway.app/Contents/Resources/agent');
  const state = (...names: string[]) => disk('Library/Application Support/Causeway', ...names);
  const calls = () => readFileSync(at('calls'), 'utf8').trim().split('\n');

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'causeway-mac-'));
    for (const name of ['bin', 'lib', 'share']) mkdirSync(join(agent(), name), { recursive: true });
    symlinkSync(process.execPath, join(agent(), 'bin/node'));
    writeFileSync(join(agent(), 'lib/causeway.js'), 'console.log(process.argv[2] === "--version" ? "1.2.3" : "");\n');
    cpSync(LIST, join(agent(), 'share/org.causeway.agent.plist'));
    for (const name of ['install.sh', 'uninstall.sh']) cpSync(join(HERE, name), join(agent(), 'share', name));
    cpSync(join(HERE, 'causeway'), join(agent(), 'bin/causeway'));
    mkdirSync(at('stand-ins'));
    // What is not loaded is not printed, and a group is there once it was made.
    const standIn = (name: string, body: string) =>
      writeFileSync(at('stand-ins', name), `#!/bin/sh\necho "${name} $*" >>"${at('calls')}"\n${body}\n`, {
        mode: 0o755,
      });
    standIn('launchctl', 'case $1 in print) exit 113 ;; esac');
    standIn(
      'dseditgroup',
      `case $2 in read) [ -e "${at('group')}" ] ;; create) : >"${at('group')}" ;; delete) rm "${at('group')}" ;; esac`,
    );
    standIn('chown', '');
    standIn('security', '');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const run = (script: string) => runFile(join(agent(), 'share', script));
  const runFile = (file: string) =>
    spawnSync('sh', [file], {
      encoding: 'utf8',
      env: { PATH: `${at('stand-ins')}:${process.env.PATH}`, DESTDIR: disk() },
    });

  test('the agent is where launchd looks for it, the token in the state, and the agent started once', () => {
    writeFileSync(at('volume/Activation.causeway'), 'cwt1_secret\n# padding\n');
    expect(run('install.sh')).toMatchObject({ status: 0, stderr: '' });
    expect(existsSync(disk('Library/Causeway/agent/lib/causeway.js'))).toBe(true);
    expect(readFileSync(disk('Library/LaunchDaemons/org.causeway.agent.plist'))).toEqual(readFileSync(LIST));
    expect(readFileSync(state('embedded.causeway'), 'utf8')).toBe('cwt1_secret\n');
    expect(statSync(state()).mode & 0o777).toBe(0o700);
    expect(statSync(state('embedded.causeway')).mode & 0o777).toBe(0o600);
    expect(readdirSync(disk('Library/Causeway')).sort()).toEqual(['agent', 'made-group']);
    const order = calls().filter((call) => call.startsWith('launchctl'));
    expect(order.map((call) => call.split(' ')[1])).toEqual(['bootout', 'print', 'enable', 'bootstrap']);
  });

  test('the image’s own script finds the agent in the application, and where there is none, beside', () => {
    cpSync(join(HERE, 'image-install.sh'), at('volume/install.sh'));
    writeFileSync(at('volume/Activation.causeway'), 'cwt1_secret\n');
    for (const place of ['Causeway.app/Contents/Resources/agent', 'agent']) {
      if (place === 'agent') renameSync(agent(), at('volume/agent'));
      expect(runFile(at('volume/install.sh'))).toMatchObject({ status: 0, stderr: '' });
      expect(existsSync(disk('Library/Causeway/agent/lib/causeway.js'))).toBe(true);
      expect(readFileSync(state('embedded.causeway'), 'utf8')).toBe('cwt1_secret\n');
      rmSync(disk(), { recursive: true });
    }
    rmSync(at('volume/agent'), { recursive: true });
    expect(runFile(at('volume/install.sh'))).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('no agent on this image'),
    });
  });

  test('without a token beside it there is none, and an activated computer keeps what it has', () => {
    writeFileSync(at('volume/Activation.causeway'), '# nobody’s\n');
    expect(run('install.sh')).toMatchObject({ status: 0, stdout: expect.stringContaining('up --token') });
    expect(existsSync(state('embedded.causeway'))).toBe(false);
    writeFileSync(state('activation.json'), '{}');
    writeFileSync(at('volume/Activation.causeway'), 'cwt1_other\n');
    writeFileSync(disk('Library/Causeway/agent/of-before'), '');
    expect(run('install.sh')).toMatchObject({ status: 0, stdout: expect.not.stringContaining('--token') });
    expect(existsSync(state('embedded.causeway'))).toBe(false);
    expect(existsSync(disk('Library/Causeway/agent/of-before'))).toBe(false);
  });

  test('a command of somebody else’s is not replaced, and an agent that does not run is not installed', () => {
    mkdirSync(disk('usr/local/bin'), { recursive: true });
    writeFileSync(disk('usr/local/bin/causeway'), 'theirs');
    expect(run('install.sh')).toMatchObject({ status: 1, stderr: expect.stringContaining('is not ours') });
    rmSync(disk('usr/local/bin/causeway'));
    writeFileSync(join(agent(), 'lib/causeway.js'), 'process.exit(1);\n');
    expect(run('install.sh')).toMatchObject({ status: 1, stderr: expect.stringContaining('does not run here') });
    expect(existsSync(disk('Library/Causeway'))).toBe(false);
  });

  test('removal leaves nothing of it', () => {
    run('install.sh');
    expect(run('uninstall.sh').status).toBe(0);
    const left = readdirSync(disk(), { recursive: true, withFileTypes: true }).filter((entry) => !entry.isDirectory());
    expect(left.map(({ name }) => name)).toEqual([]);
    expect(existsSync(at('group'))).toBe(false);
    expect(calls().at(-1)).toMatch(/^security delete-generic-password/);
  });
});
