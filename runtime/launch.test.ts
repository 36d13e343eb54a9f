import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';

const PROGRAM = `
import { flushCompileCache } from 'node:module';
flushCompileCache();
console.log(['ran', ...process.argv.slice(2)].join(' '));
`;
const run = promisify(execFile);
let directory = '';

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'launch-'));
  await writeFile(join(directory, 'package.json'), '{"type":"module"}');
  // It has no types, as bundles have none.
  await copyFile(join(import.meta.dirname, 'launch.ts'), join(directory, 'program.js'));
  await writeFile(join(directory, 'program-main.js'), PROGRAM);
});

afterEach(() => rm(directory, { recursive: true }));

async function start(...environment: string[]): Promise<string> {
  const { stdout, stderr } = await run(process.execPath, [join(directory, 'program.js'), 'a', 'b'], {
    env: { NODE_DEBUG_NATIVE: environment.join(',') },
  });
  return stdout + stderr;
}

test('the program runs, and the next start takes what was compiled at the first', async () => {
  expect(await start()).toBe('ran a b\n');
  expect(await readdir(join(directory, 'compiled'))).toHaveLength(1);
  const said = await start('COMPILE_CACHE');
  expect(said).toContain('ran a b');
  expect(said).toMatch(/program-main\.js was accepted|cache for .*program-main\.js.* accepted/);
});

test('what was compiled is for this user only', async () => {
  await start();
  expect((await stat(join(directory, 'compiled'))).mode & 0o777).toBe(0o700);
});

test('a place that can not be written to costs the time and nothing else', async () => {
  await writeFile(join(directory, 'compiled'), 'in the way');
  expect(await start()).toBe('ran a b\n');
});

test('another program in its place is not taken for what was compiled', async () => {
  await start();
  await writeFile(join(directory, 'program-main.js'), PROGRAM.replace('ran', 'RUN'));
  expect(await start()).toBe('RUN a b\n');
});
