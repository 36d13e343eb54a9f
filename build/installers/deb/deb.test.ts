import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildDeb } from './deb.ts';

const PACKING_MS = 120_000;
const directory = mkdtempSync(join(tmpdir(), 'causeway-deb-'));
const file = (name: string) => join(directory, name);
const dpkg = (...words: string[]) => execFileSync('dpkg-deb', words, { encoding: 'utf8' });
const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

beforeAll(() => buildDeb({ file: file('one.deb'), level: 1 }), PACKING_MS);
afterAll(() => rmSync(directory, { recursive: true }));

test('two builds of the same source are the same bytes', { timeout: PACKING_MS }, async () => {
  await buildDeb({ file: file('two.deb'), level: 1 });
  expect(sha256(file('two.deb'))).toBe(sha256(file('one.deb')));
});

test('is what dpkg takes for a package, with everything that the agent needs', () => {
  expect(dpkg('--field', file('one.deb'), 'Package')).toBe('causeway\n');
  expect(dpkg('--field', file('one.deb'), 'Depends')).toContain('iproute2');
  const listed = dpkg('--contents', file('one.deb'));
  const version = dpkg('--field', file('one.deb'), 'Version').trim();
  for (const path of ['bin/node', 'lib/causeway.js', 'lib/node_modules/koffi/index.js', 'share/switch-version.sh']) {
    expect(listed).toMatch(new RegExp(` \\./opt/causeway/versions/${version}/${path}\\n`));
  }
  expect(listed).toMatch(/ \.\/usr\/bin\/causeway -> \/opt\/causeway\/current\/bin\/causeway\n/);
  expect(listed).toMatch(/ \.\/usr\/lib\/systemd\/system\/causeway\.service\n/);
  expect(listed).not.toMatch(/uninstall\.sh/);
});

test('its scripts are what a POSIX shell reads, and their sums are right', () => {
  const control = file('control');
  dpkg('--control', file('one.deb'), control);
  for (const name of ['preinst', 'postinst', 'prerm', 'postrm']) {
    expect(execFileSync('sh', ['-n', join(control, name)]).toString()).toBe('');
    expect(readFileSync(join(control, name), 'utf8')).not.toContain('@');
  }
  dpkg('--extract', file('one.deb'), file('data'));
  expect(readdirSync(file('data')).sort()).toEqual(['opt', 'usr']);
  execFileSync('md5sum', ['--check', '--quiet', '../control/md5sums'], { cwd: file('data') });
});

test('of another version says so in the package and in the program', { timeout: PACKING_MS }, async () => {
  await buildDeb({ file: file('newer.deb'), level: 1, version: '9.8.7' });
  expect(dpkg('--field', file('newer.deb'), 'Version')).toBe('9.8.7\n');
  dpkg('--extract', file('newer.deb'), file('newer'));
  const home = file('newer/opt/causeway/versions/9.8.7');
  expect(execFileSync(join(home, 'bin/node'), [join(home, 'lib/causeway.js'), '--version']).toString()).toBe('9.8.7\n');
});
