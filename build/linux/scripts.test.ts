/** The scripts that packages bring, as a POSIX shell reads them. */
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const SCRIPTS = globSync('build/{linux/*.sh,linux/causeway,installers/deb/scripts/*}', { cwd: ROOT }).sort();
const missing = spawnSync('shellcheck', ['--version']).error !== undefined;

test('they are found', () => {
  expect(SCRIPTS.length).toBeGreaterThanOrEqual(8);
});

test.each(SCRIPTS)('a POSIX shell reads %s', (script) => {
  expect(spawnSync('sh', ['-n', script], { cwd: ROOT, encoding: 'utf8' }).stderr).toBe('');
});

test.skipIf(missing).each(SCRIPTS)(`shellcheck finds nothing in %s${missing ? ' (not installed)' : ''}`, (script) => {
  expect(spawnSync('shellcheck', ['--shell=sh', script], { cwd: ROOT, encoding: 'utf8' }).stdout).toBe('');
});
